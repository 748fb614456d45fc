import type { Database } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { JobQueue } from "../jobs/job-queue.ts";
import { announce } from "../outbox/announce.ts";
import type { EmbedderError } from "./embedder-error.ts";
import { giveUp } from "./ingest-document.ts";
import type { IngestOrder } from "./jobs.ts";
import { noteFailure } from "./tenant-embedder.ts";

/** Seconds until it is tried again: so many at first, twice as many each time, and never more. */
const [firstDelay, longestDelay] = [30, 600];
/** Where it may be the document's own fault. */
const mostAttempts = 5;

/**
 * A document that could not be read in because its embedder does not answer: it is tried again later, for as long as that takes, and says
 * what it waits for. Where the embedder may not like the document itself, it is given up in the end, with the embedder's reason.
 *
 * @returns whether it was given up
 */
export async function putOff(
  { db, queue }: { db: Database; queue: Pick<JobQueue, "send"> },
  order: IngestOrder,
  error: EmbedderError,
): Promise<boolean> {
  const { tenantId, documentId, versionId, putOff: before = 0 } = order;
  if (error.mayBeTheTexts && before + 1 >= mostAttempts) {
    await giveUp(db, order, error.code);
    return true;
  }
  if (!error.mayBeTheTexts) await noteFailure(db, tenantId, "current", error.code);
  const delaySeconds = Math.max(Math.min(firstDelay * 2 ** before, longestDelay), (error.restMs ?? 0) / 1_000);
  await db.transaction(tenantId, async (tx) => {
    const isOpen = inArray(documentVersions.status, ["queued", "parsing", "embedding"]);
    const waiting = await tx
      .update(documentVersions)
      .set({ status: "queued", waitsFor: error.code, attempt: sql`${documentVersions.attempt} + 1` })
      .where(and(eq(documentVersions.id, versionId), isOpen))
      .returning({ id: documentVersions.id });
    if (waiting.length === 0) return;
    const later = { ...order, putOff: before + 1 } satisfies IngestOrder;
    await queue.send(tx, "ingestDocument", later, { inTurnOf: tenantId, delaySeconds: Math.ceil(delaySeconds) });
    await announce(tx, { type: "document.changed", documentId });
  });
  return false;
}
