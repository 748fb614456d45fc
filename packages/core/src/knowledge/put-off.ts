import type { Database } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { JobQueue } from "../jobs/job-queue.ts";
import { announce } from "../outbox/announce.ts";
import type { EmbedderError } from "./embedder-error.ts";
import { giveUp } from "./ingest-document.ts";
import type { IngestOrder } from "./jobs.ts";
import { type EmbedderRow, noteFailure } from "./tenant-embedder.ts";

/** Seconds until it is tried again: so many at first, twice as many each time, and never more. */
const [firstDelay, longestDelay] = [30, 600];
/** At what its text makes the embedder do. */
const mostRefusals = 5;

/**
 * A document that could not be read in because its embedder does not answer: it is tried again later, for as long as that takes, and says
 * what it waits for. Where it is the document itself that the embedder fails at, it is given up in the end, with the embedder's reason.
 *
 * @param wasWell nothing was wrong with the embedder when this attempt began
 * @returns whether nothing waits for it any more: it was given up, or somebody stopped it meanwhile
 */
export async function putOff(
  { db, queue }: { db: Database; queue: Pick<JobQueue, "send"> },
  order: IngestOrder,
  error: EmbedderError,
  wasWell: boolean,
): Promise<boolean> {
  const { tenantId, documentId, versionId, putOff: before = 0, refused = 0 } = order;
  // That one word is answered says little of a server that breaks at many, or takes too long for them: another document has to be read in.
  const isToBlame =
    error.blame === "texts" && (error.code !== "embedder.unreachable" || (await wasAnotherReadIn(db, order)));
  // One text can make a server hang or end, so that it answers nobody for a while: others could be read in since, and this one can't.
  const isAlone = error.blame === "unclear" && before > 0 && wasWell;
  const refusals = refused + (isToBlame || isAlone ? 1 : 0);
  if (refusals >= mostRefusals) {
    await giveUp(db, order, error.code);
    return true;
  }
  if (!isToBlame) await noteFailure(db, tenantId, "current", error.code);
  const wanted = Math.max(firstDelay * 2 ** before, (error.restMs ?? 0) / 1_000);
  const delaySeconds = Math.ceil(Math.min(wanted, longestDelay));
  return db.transaction(tenantId, async (tx) => {
    const isOpen = inArray(documentVersions.status, ["queued", "parsing", "embedding"]);
    const [put] = await tx
      .update(documentVersions)
      .set({ status: "queued", waitsFor: error.code, attempt: sql`${documentVersions.attempt} + 1` })
      .where(and(eq(documentVersions.id, versionId), isOpen))
      .returning({ putOffAt: sql<string>`to_jsonb(now()) #>> '{}'` });
    if (!put) return true;
    const later: IngestOrder = { ...order, ...put, putOff: before + 1, ...(refusals > 0 && { refused: refusals }) };
    await queue.send(tx, "ingestDocument", later, { inTurnOf: tenantId, delaySeconds });
    await announce(tx, { type: "document.changed", documentId });
    return false;
  });
}

/** Whether the embedder has made the vectors of another document since this one was put off. */
async function wasAnotherReadIn(db: Database, { tenantId, versionId, putOffAt }: IngestOrder): Promise<boolean> {
  if (putOffAt === undefined) return false;
  const { id, readyAt } = documentVersions;
  const isIt = and(ne(id, versionId), sql`${readyAt} > ${putOffAt}::timestamptz`);
  return (
    (await db.read(tenantId, (read) => read.select({ id }).from(documentVersions).where(isIt).limit(1))).length > 0
  );
}

/**
 * The embedder has just made the vectors of a document: what waits for it has waited long enough. Those whose own text was to blame keep
 * their times.
 */
export async function goOn(
  { db, queue }: { db: Database; queue: Pick<JobQueue, "hurry"> },
  { tenantId, failure }: Pick<EmbedderRow, "tenantId" | "failure">,
): Promise<void> {
  if (failure) await noteFailure(db, tenantId, "current", null);
  await db.transaction(tenantId, (tx) => queue.hurry(tx, "ingestDocument", tenantId, { except: "refused" }));
}
