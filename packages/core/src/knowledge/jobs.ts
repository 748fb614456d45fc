import { DocumentId, DocumentVersionId, type KnowledgeTestRunId, SourceId, TenantId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import type { Logger } from "@parley/platform/log";
import * as z from "zod";
import { createJobQueue, type JobQueue } from "../jobs/job-queue.ts";
import { changeEmbedder, giveUpChange } from "./change-embedder.ts";
import { clearDocument } from "./clear-document.ts";
import { clearVectors } from "./clear-vectors.ts";
import { EmbedderError } from "./embedder-error.ts";
import { indexKnowledge, needsIndex } from "./index-knowledge.ts";
import { giveUp, ingestDocument, type KnowledgeServices } from "./ingest-document.ts";
import { goOn, putOff } from "./put-off.ts";
import { clearSource } from "./sources/clear-source.ts";
import type { CrawlOrder } from "./sources/crawl/crawl-order.ts";
import { currentEmbedder, findChoices } from "./tenant-embedder.ts";

const IngestOrder = z.object({
  tenantId: TenantId,
  documentId: DocumentId,
  versionId: DocumentVersionId,
  /** How many times it was put off. */
  putOff: z.int().nonnegative().optional(),
  /** When that was, the last time. */
  putOffAt: z.iso.datetime({ offset: true }).optional(),
  /** How many times of these its text was to blame; left out before the first. */
  refused: z.int().positive().optional(),
});
export type IngestOrder = z.infer<typeof IngestOrder>;
const ClearOrder = IngestOrder.omit({ versionId: true, putOff: true, putOffAt: true, refused: true });
/** Documents of which one order clears: one that is tried again has few to look through in vain. */
export const clearedAtATime = 100;
const ClearManyOrder = z.object({ tenantId: TenantId, documentIds: z.array(DocumentId).max(clearedAtATime) });
const ClearSourceOrder = z.object({ tenantId: TenantId, sourceId: SourceId });
const TenantOrder = z.object({ tenantId: TenantId });
const ChangeEmbedderOrder = z.object({ tenantId: TenantId, changeId: z.uuid() });

type Orders = {
  crawlSource: CrawlOrder;
  ingestDocument: IngestOrder;
  clearDocument: z.infer<typeof ClearOrder>;
  clearDocuments: z.infer<typeof ClearManyOrder>;
  clearSource: z.infer<typeof ClearSourceOrder>;
  indexKnowledge: z.infer<typeof TenantOrder>;
  /** Worked on by the tests of the knowledge. */
  replayTests: { tenantId: TenantId; runId: KnowledgeTestRunId };
  noticeChange: z.infer<typeof TenantOrder>;
  changeEmbedder: z.infer<typeof ChangeEmbedderOrder>;
  clearVectors: z.infer<typeof TenantOrder>;
  /** Documents that wait for the embedder are read in now. */
  resumeDocuments: z.infer<typeof TenantOrder>;
  /** Worked on by the gaps. */
  collectGaps: { tenantId: TenantId };
};

/** The knowledge's jobs. */
export type KnowledgeJobs = {
  /** The queue that they are in, for jobs of other features. */
  queue: JobQueue;
  /** Makes what is missing in the database. Before anything is sent. */
  start(): Promise<void>;
  /** Orders a job in the transaction that causes it: both or neither. */
  send<Name extends keyof Orders>(
    tx: TenantTransaction,
    name: Name,
    order: Orders[Name],
    options?: { delaySeconds?: number },
  ): Promise<void>;
  /** Begins to take jobs. */
  work(services: Omit<KnowledgeServices, "db">): Promise<void>;
  /** Takes no more, and hands over what is not nearly done. */
  stop(): Promise<void>;
};

/** After the first attempt: `document.given_up` says how many that makes. */
const retries = 4;
/** Kinds of jobs that a tenant may have many of. */
const inTurn: ReadonlySet<string> = new Set<keyof Orders>(["ingestDocument", "crawlSource"]);
/** Jobs that take up whatever is there when they begin: of a tenant's, one waits at most. */
const oneWaits: ReadonlySet<string> = new Set<keyof Orders>(["collectGaps", "indexKnowledge"]);
/** Jobs that this process works on side by side: while one waits for the embedder, the other one writes. */
const workers = 2;
/** A large tenant's vectors are made, and go under their index, in hours, not in pg-boss's usual quarter of one. */
const longestSeconds = 12 * 3_600;
/** An embedder's server may be out of reach for a while: that is tried again for some hours. */
const changeRetries = { retryLimit: 50, retryDelay: 2, retryBackoff: true, retryDelayMax: 300 };

/**
 * @param options.embedded this is the only process on its database: what a job of an earlier one has left is taken up at once
 * @param options.exactUpTo chunks up to which a tenant's search looks at all of them
 */
export function createJobs(options: {
  db: Database;
  logger: Logger;
  embedded: boolean;
  exactUpTo?: number;
}): KnowledgeJobs {
  const { db, exactUpTo = 20_000 } = options;
  const queue = createJobQueue(options);
  const kind = { retryLimit: retries, retryDelay: 1, retryBackoff: true, retryDelayMax: 60 };
  queue.define("collectGaps", { ...kind, policy: "stately" });
  queue.define("giveUpTests", { ...kind, retryLimit: 10 });
  queue.define("replayTests", { ...kind, expireInSeconds: 4 * 3_600, deadLetter: "giveUpTests" });
  queue.define("noticeChange", { ...kind, retryLimit: 10 });
  queue.define("clearDocument", { ...kind, retryLimit: 10 });
  queue.define("clearDocuments", { ...kind, retryLimit: 10, expireInSeconds: longestSeconds });
  queue.define("crawlSource", { ...kind, retryLimit: retries + 10 });
  queue.define("clearSource", { ...kind, retryLimit: 10 });
  queue.define("indexKnowledge", { ...kind, policy: "exclusive", expireInSeconds: longestSeconds });
  queue.define("clearVectors", { ...kind, retryLimit: 10, expireInSeconds: longestSeconds });
  queue.define("resumeDocuments", { ...kind, retryLimit: 10 });
  queue.define("giveUpChange", { ...kind, retryLimit: 10 });
  queue.define("changeEmbedder", { ...changeRetries, expireInSeconds: longestSeconds, deadLetter: "giveUpChange" });
  // What failed once may be what ends the process that reads it: it is tried again with no other of its like beside it, so that
  // none of them is given up for it. After the last attempt it is taken once more, to be given up.
  queue.define("ingestAlone", { ...kind, retryLimit: retries + 10, expireInSeconds: longestSeconds });
  queue.define("ingestDocument", { retryLimit: 0, deadLetter: "ingestAlone", expireInSeconds: longestSeconds });
  const describe = (order: unknown) => order as object;

  return {
    queue,
    start: queue.start,
    send: (tx, name, order, options) =>
      queue.send(tx, name, order, {
        ...options,
        ...(inTurn.has(name) && { inTurnOf: order.tenantId }),
        ...(oneWaits.has(name) && { key: order.tenantId }),
      }),
    async work(given) {
      const services = { ...given, db };
      const { embedder } = given;
      const ingest = {
        schema: IngestOrder,
        pollingIntervalSeconds: 2,
        // A server may hang at each of a tenant's: none of others' waits in this process's hands meanwhile.
        batchSize: 1,
        describe,
        async work(order: IngestOrder, { signal }: { signal: AbortSignal }) {
          const { tenantId } = order;
          const { current: chosen } = await findChoices(db, tenantId);
          let wasRead: boolean;
          try {
            wasRead = await ingestDocument(services, order, signal);
          } catch (error) {
            if (!(error instanceof EmbedderError)) throw error;
            if (await putOff({ db, queue }, order, error, !chosen?.failure)) await clearDocument(services, order);
            return;
          }
          if (wasRead && chosen) await goOn({ db, queue }, chosen);
          const current = await currentEmbedder(db, embedder, tenantId);
          if (!(await needsIndex({ db, embedder: current, exactUpTo }, tenantId))) return;
          await db.transaction(tenantId, (tx) => queue.send(tx, "indexKnowledge", { tenantId }, { key: tenantId }));
        },
      };
      for (let worker = 0; worker < workers; worker += 1) await queue.handle({ ...ingest, name: "ingestDocument" });
      await queue.handle({
        ...ingest,
        name: "ingestAlone",
        async work(order, job) {
          if (job.retry < retries) return ingest.work(order, job);
          await giveUp(db, order, "document.given_up");
          await clearDocument(services, order);
        },
      });
      // One at a time each: a large tenant's takes long, and whoever waits must not wait behind it.
      for (let worker = 0; worker < workers; worker += 1) {
        await queue.handle({
          name: "indexKnowledge",
          schema: TenantOrder,
          pollingIntervalSeconds: 10,
          batchSize: 1,
          describe,
          async work({ tenantId }, { signal }) {
            const current = await currentEmbedder(db, embedder, tenantId);
            await indexKnowledge({ db, embedder: current, exactUpTo }, tenantId, signal);
          },
        });
        await queue.handle({
          name: "changeEmbedder",
          schema: ChangeEmbedderOrder,
          pollingIntervalSeconds: 2,
          batchSize: 1,
          describe,
          async work(order, { signal }) {
            await changeEmbedder({ db, embedder, jobs: queue, exactUpTo, now: () => performance.now() }, order, signal);
          },
        });
      }
      await queue.handle({
        name: "giveUpChange",
        schema: ChangeEmbedderOrder,
        pollingIntervalSeconds: 10,
        describe,
        work: (order) => giveUpChange(db, order),
      });
      await queue.handle({
        name: "resumeDocuments",
        schema: TenantOrder,
        pollingIntervalSeconds: 10,
        describe,
        // What another embedder or key has made of them says nothing of this one.
        work: ({ tenantId }) =>
          db.transaction(tenantId, (tx) =>
            queue.hurry(tx, "ingestDocument", tenantId, { forget: ["putOff", "putOffAt", "refused"] }),
          ),
      });
      await queue.handle({
        name: "clearVectors",
        schema: TenantOrder,
        pollingIntervalSeconds: 10,
        describe,
        work: ({ tenantId }, { signal }) => clearVectors(db, embedder, tenantId, signal),
      });
      await queue.handle({
        name: "clearDocument",
        schema: ClearOrder,
        pollingIntervalSeconds: 10,
        describe,
        work: (order) => clearDocument(services, order),
      });
      await queue.handle({
        name: "clearDocuments",
        schema: ClearManyOrder,
        pollingIntervalSeconds: 10,
        batchSize: 1,
        describe,
        async work({ tenantId, documentIds }, { signal }) {
          for (const documentId of documentIds) {
            signal.throwIfAborted();
            await clearDocument(services, { tenantId, documentId });
          }
        },
      });
      await queue.handle({
        name: "clearSource",
        schema: ClearSourceOrder,
        pollingIntervalSeconds: 10,
        describe,
        work: (order, { signal }) => clearSource(services, order, signal),
      });
    },
    stop: queue.stop,
  };
}
