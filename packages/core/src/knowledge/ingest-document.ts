import type { DocumentVersionId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { and, eq, gt, inArray, ne, notInArray, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import { type Chunk, chunkDocument } from "./chunk-document.ts";
import { clearChunks, clearDocument } from "./clear-document.ts";
import type { IngestOrder } from "./jobs.ts";
import { type LockedDocument, lockDocument, putLive } from "./live-version.ts";
import type { Embedder, MediaType } from "./passage.ts";
import { searchableText } from "./searchable-text.ts";
import { toRow, writeChunks } from "./write-chunks.ts";

/** Chunks that are embedded and written at a time: what a question has to wait for at most, in the database. */
const batchSize = 8;

/**
 * Reads a version in: cuts it, embeds it, indexes its words, then puts it in the place of the version that served until now, at
 * once and whole. It writes a little at a time, and search sees none of it before the end.
 *
 * May be called again after it failed or its process died, and while another call still runs: the later one wins, and the earlier
 * one writes no more. A version that was read in or given up, or that a newer one has overtaken, is not read again.
 *
 * @throws when the database or the embedder fails, or the signal's reason; then it may be tried again
 */
export async function ingestDocument(
  { db, embedder }: { db: Database; embedder: Embedder },
  order: IngestOrder,
  signal: AbortSignal,
): Promise<void> {
  const claim = await claimVersion(db, order);
  if (claim) await read(db, embedder, claim, signal);
  await clearDocument(db, order);
}

async function read(db: Database, embedder: Embedder, claim: Claim, signal: AbortSignal): Promise<void> {
  const { tenantId, versionId, title, mediaType } = claim;
  await clearChunks(db, tenantId, versionId); // what an earlier attempt has left

  const chunks = chunkDocument(claim.content, mediaType);
  let batch = take(chunks);
  if (batch.length === 0) return giveUp(db, claim, "It holds nothing that can be searched.");
  while (batch.length > 0) {
    const words = batch.map((chunk) => searchableText(title, mediaType, chunk));
    const vectors = await embedder.embed(words);
    signal.throwIfAborted();
    const rows = batch.map((chunk, index) => toRow(chunk, words[index], vectors[index]));
    const isFirst = batch[0]?.ordinal === 0;
    batch = take(chunks);
    const isLast = batch.length === 0;

    const isOurs = await db.transaction(tenantId, async (tx) => {
      const document = isLast ? await lockDocument(tx, claim.documentId) : undefined;
      if (!(await hold(tx, claim))) return false;
      await writeChunks(tx, versionId, embedder.id, rows);
      if (document) await goLive(tx, document, claim);
      if (isFirst || isLast) await announce(tx, { type: "document.changed", documentId: claim.documentId });
      return true;
    });
    if (!isOurs) return;
  }
}

function take(chunks: Iterator<Chunk>): Chunk[] {
  const taken: Chunk[] = [];
  while (taken.length < batchSize) {
    const { value, done } = chunks.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** Says that the version can't be read in, and why, to whoever reads the list of documents. */
export async function giveUp(db: Database, { tenantId, documentId, versionId }: IngestOrder, failure: string) {
  await db.transaction(tenantId, async (tx) => {
    const given = await tx
      .update(documentVersions)
      // A higher attempt, so that one that still runs writes no more.
      .set({ status: "failed", failure, attempt: sql`${documentVersions.attempt} + 1` })
      .where(and(eq(documentVersions.id, versionId), notInArray(documentVersions.status, ["ready", "failed"])))
      .returning({ id: documentVersions.id });
    if (given.length > 0) await announce(tx, { type: "document.changed", documentId });
  });
}

type Claim = IngestOrder & { attempt: number; title: string; mediaType: MediaType; content: string };

/** Takes the version up; undefined when there is nothing to read. */
function claimVersion(db: Database, order: IngestOrder): Promise<Claim | undefined> {
  const { tenantId, documentId, versionId } = order;
  return db.transaction(tenantId, async (tx) => {
    const document = await lockDocument(tx, documentId);
    const [version] = await tx.select().from(documentVersions).where(eq(documentVersions.id, versionId)).for("update");
    if (!document || !version || version.status === "ready" || version.status === "failed") return undefined;

    const { title, mediaType, content } = version;
    const attempt = version.attempt + 1;
    const failure = await overtakenBy(tx, document, version.version);
    await tx
      .update(documentVersions)
      .set(failure ? { attempt, status: "failed", failure } : { attempt, status: "parsing", chunkState: "hidden" })
      .where(eq(documentVersions.id, versionId));
    await announce(tx, { type: "document.changed", documentId });
    return failure ? undefined : { ...order, attempt, title, mediaType, content };
  });
}

/** Why this version is not wanted any more, if so. */
async function overtakenBy(
  tx: TenantTransaction,
  document: LockedDocument,
  version: number,
): Promise<string | undefined> {
  if (document.removedAt) return "The document was removed.";
  const newer = and(
    eq(documentVersions.documentId, document.id),
    gt(documentVersions.version, version),
    ne(documentVersions.status, "failed"),
  );
  return (await tx.$count(documentVersions, newer)) > 0 ? "A newer version came." : undefined;
}

/** Whether this attempt still has the version; it keeps it to the end of the transaction. */
async function hold(tx: TenantTransaction, { versionId, attempt }: Claim): Promise<boolean> {
  const held = await tx
    .update(documentVersions)
    .set({ status: "embedding" })
    .where(
      and(
        eq(documentVersions.id, versionId),
        eq(documentVersions.attempt, attempt),
        inArray(documentVersions.status, ["parsing", "embedding"]),
      ),
    )
    .returning({ id: documentVersions.id });
  return held.length > 0;
}

/** The version takes the place of the one that served until now, unless that is a newer one. */
async function goLive(tx: TenantTransaction, document: LockedDocument, { versionId, title }: Claim): Promise<void> {
  const numberOf = async (id: DocumentVersionId | null) => {
    if (!id) return 0;
    const [row] = await tx
      .select({ version: documentVersions.version })
      .from(documentVersions)
      .where(eq(documentVersions.id, id));
    return row?.version ?? 0;
  };
  const overtaken = document.removedAt || (await numberOf(document.currentVersionId)) > (await numberOf(versionId));
  if (overtaken) {
    const failure = document.removedAt ? "The document was removed." : "A newer version came.";
    await tx.update(documentVersions).set({ status: "failed", failure }).where(eq(documentVersions.id, versionId));
    return;
  }
  await putLive(tx, document, { versionId, title });
}
