import { DocumentId, DocumentVersionId, TenantId } from "@parley/contracts";
import { asSystem, type Database, type TenantTransaction } from "@parley/db";
import type { Logger } from "@parley/platform/log";
import { sql } from "drizzle-orm";
import { fromDrizzle, type JobResult, PgBoss } from "pg-boss";
import * as z from "zod";
import { clearDocument } from "./clear-document.ts";
import { giveUp, ingestDocument } from "./ingest-document.ts";
import type { Embedder } from "./passage.ts";

const IngestOrder = z.object({ tenantId: TenantId, documentId: DocumentId, versionId: DocumentVersionId });
export type IngestOrder = z.infer<typeof IngestOrder>;
const ClearOrder = IngestOrder.omit({ versionId: true });

type Orders = { ingestDocument: IngestOrder; clearDocument: z.infer<typeof ClearOrder> };

/** The knowledge's jobs, kept in the database: an order that was committed is carried out, whoever dies in between. */
export type KnowledgeJobs = {
  /** Makes what is missing in the database. Before anything is sent. */
  start(): Promise<void>;
  /** Orders a job in the transaction that causes it: both or neither. */
  send<Name extends keyof Orders>(tx: TenantTransaction, name: Name, order: Orders[Name]): Promise<void>;
  /** Begins to take jobs. */
  work(embedder: Embedder): Promise<void>;
  /** Takes no more, and hands over what is not nearly done. */
  stop(): Promise<void>;
};

const retries = 4;
const ordered = (name: string) => `job ordered: ${name}`;
/** Jobs that this process works on side by side: while one waits for the embedder, the other one writes. */
const workers = 2;
/** Small documents come in great numbers: taken several at a time, the queue costs them little. */
const batchSize = 4;
/** A worker that has not been heard of for so long is dead. */
const heartbeatSeconds = 10;
const stopMs = 10_000;

/**
 * @param options.embedded this is the only process on its database: what a job of an earlier one has left is taken up at once
 */
export function createJobs({
  db,
  logger,
  embedded,
}: {
  db: Database;
  logger: Logger;
  embedded: boolean;
}): KnowledgeJobs {
  const executeSql = db.executeSql("system");
  const boss = new PgBoss({
    db: { executeSql },
    schema: "pgboss",
    createSchema: false,
    backend: embedded ? "pglite" : "postgres",
    schedule: false,
    registerInstance: false,
    monitorVacuum: false,
    reindex: false,
    superviseIntervalSeconds: heartbeatSeconds,
    monitorIntervalSeconds: heartbeatSeconds,
    flowIntervalSeconds: 3_600,
  });
  boss.on("error", (error) => logger.error({ err: error }, "the job queue failed"));
  boss.on("warning", ({ message }) => logger.warn({ reason: message }, "the job queue warns"));
  const stopping = new AbortController();

  async function start(): Promise<void> {
    await boss.start();
    const options = { retryLimit: retries, retryDelay: 1, retryBackoff: true, retryDelayMax: 60, heartbeatSeconds };
    await boss.createQueue("giveUpDocument", { ...options, retryLimit: 10 });
    await boss.createQueue("clearDocument", { ...options, retryLimit: 10 });
    await boss.createQueue("ingestDocument", { ...options, deadLetter: "giveUpDocument" });
    if (embedded) await releaseOrphans();
  }

  /** No other process works here, so whatever is under way was under way when the last one died. */
  async function releaseOrphans(): Promise<void> {
    const { rows } = await executeSql("select name, id from pgboss.job where state = 'active'");
    for (const { name, id } of rows) await boss.fail(String(name), String(id), { message: "its process ended" });
  }

  /** Handles a queue's jobs one by one; one that fails does not fail the others of its batch. This process's own orders wake it. */
  async function handle<Order>(
    name: string,
    pollingIntervalSeconds: number,
    schema: z.ZodType<Order>,
    work: (order: Order, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const options = { batchSize, perJobResults: true, pollingIntervalSeconds } as const;
    const id: string = await boss.work(name, options, async (batch) => {
      const results: JobResult[] = [];
      for (const job of batch) {
        const startedAt = performance.now();
        const log = logger.child({ job: name, jobId: job.id, attempt: job.retryCount + 1, order: job.data });
        const durationMs = () => Math.round(performance.now() - startedAt);
        try {
          await work(schema.parse(job.data), AbortSignal.any([job.signal, stopping.signal]));
          log.info({ durationMs: durationMs() }, "job done");
          results.push({ id: job.id, status: "completed" });
        } catch (error) {
          log[stopping.signal.aborted ? "info" : "error"](
            { err: error, durationMs: durationMs() },
            "job failed, to be tried again",
          );
          results.push({ id: job.id, status: "failed", output: { message: String(error) } });
        }
      }
      // There may be more: look before the next poll.
      if (!stopping.signal.aborted) boss.notifyWorker(id);
      return results;
    });
    db.onSignal(ordered(name), () => boss.notifyWorker(id));
  }

  return {
    start,
    async send(tx, name, order) {
      await asSystem(tx, (system) => boss.send(name, order, { db: fromDrizzle(system, sql) }));
      tx.signal(ordered(name));
    },
    async work(embedder) {
      for (let worker = 0; worker < workers; worker += 1) {
        await handle("ingestDocument", 2, IngestOrder, (order, signal) =>
          ingestDocument({ db, embedder }, order, signal),
        );
      }
      await handle("clearDocument", 10, ClearOrder, (order) => clearDocument(db, order));
      await handle("giveUpDocument", 10, IngestOrder, async (order) => {
        await giveUp(db, order, `It could not be read in, though it was tried ${retries + 1} times.`);
        await clearDocument(db, order);
      });
    },
    async stop() {
      stopping.abort(new Error("this process ends"));
      await boss.stop({ graceful: true, timeout: stopMs });
    },
  };
}
