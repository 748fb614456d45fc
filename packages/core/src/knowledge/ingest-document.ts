import { setImmediate } from "node:timers/promises";
import type { DocumentState, DocumentVersionId, ErrorCode, SourceId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import type { ObjectStore } from "@parley/platform/objects/object-store";
import { and, eq, gt, inArray, ne, notInArray, or, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { type Chunk, chunkDocument } from "./chunk-document.ts";
import { clearChunks, clearDocument } from "./clear-document.ts";
import { enterSpending } from "./enter-spending.ts";
import { failureOf } from "./failure.ts";
import { languageToNote } from "./foreign-language.ts";
import { areChangesChecked, holdVersion } from "./held-changes.ts";
import type { IngestOrder } from "./jobs.ts";
import { type LockedDocument, lockDocument, putLive } from "./live-version.ts";
import type { PageProgress } from "./parsing/parsed.ts";
import type { Embedder, EmbeddingSpent, MediaType } from "./passage.ts";
import type { ReadDocument } from "./read-document.ts";
import { searchableText } from "./searchable-text.ts";
import { sha256Of } from "./sha256-of.ts";
import { beginWithInstallations, currentEmbedder, currentEmbedderId } from "./tenant-embedder.ts";
import { readOriginal } from "./uploads/read-original.ts";
import { holdVectors } from "./vector-index.ts";
import { whileWanted } from "./while-wanted.ts";
import { toRow, writeChunks } from "./write-chunks.ts";

/** Chunks that are embedded and written at a time: what a question has to wait for at most, in the database and for the built-in embedder. */
const batchSize = 8;
/** The same where a server makes the vectors, which has to be waited for each time. */
const batchSizeOfServers = 32;
/** How many times it is told how much of a document is embedded, from nothing to all. */
const steps = 20;

/**
 * Reads a version in: cuts it, embeds it, indexes its words, then puts it in the place of the version that served until now, at
 * once and whole; or holds it, where changes are checked first. It writes a little at a time, and search sees none of it before the end.
 *
 * May be called again after it failed or its process died, and while another call still runs: the later one wins, goes on where the
 * earlier one was, and that writes no more. A version that was read in or given up, or that a newer one has overtaken, is not read again;
 * one that is stopped meanwhile is read no further, within moments.
 *
 * @returns whether it was read in by this call
 * @throws when the database or the embedder fails, or the signal's reason; then it may be tried again
 */
export async function ingestDocument(
  services: KnowledgeServices,
  order: IngestOrder,
  signal: AbortSignal,
): Promise<boolean> {
  const { db, embedder } = services;
  const claim = await claimVersion(db, order);
  const end =
    claim &&
    (await whileWanted(
      () => isStillHeld(db, claim),
      async (wanted) => {
        const text = await withText(services, claim, wanted);
        if (text) await beginWithInstallations(db, embedder, order.tenantId);
        return text && (await read(db, embedder, text, wanted));
      },
      signal,
    ));
  const isClean = end === "live" || end === "held";
  if (!isClean) await clearDocument(services, order);
  return isClean || end === "replaced";
}

/** What documents are read in and cleared away with. */
export type KnowledgeServices = { db: Database; embedder: Embedder; objects: ObjectStore };

/** The claim with its text, read from the file that was uploaded unless that was done before; undefined when it can't be read. */
async function withText(
  { db, objects }: KnowledgeServices,
  claim: Claim,
  signal: AbortSignal,
): Promise<ReadClaim | undefined> {
  const { content } = claim;
  if (content !== null) return { ...claim, content };
  let noted = Promise.resolve();
  const onPages = (pages: PageProgress) => {
    // Should the database fail, whoever stores the text is told.
    noted = noted.then(() => notePages(db, claim, pages)).catch(() => {});
  };
  try {
    const document = await readOriginal(objects, claim, { signal, onPages });
    await noted;
    return await db.transaction(claim.tenantId, (tx) => storeText(tx, claim, document));
  } catch (error) {
    // That too many wait is no fault of the file's.
    if (!(error instanceof AppError) || error.code === "service.busy") throw error;
    await giveUp(db, claim, error.code);
    return undefined;
  }
}

/** Says how far the file is read, unless another attempt has the version. */
async function notePages(db: Database, claim: Claim, { done, of }: PageProgress): Promise<void> {
  await db.transaction(claim.tenantId, async (tx) => {
    const noted = await tx
      .update(documentVersions)
      .set({ progressDone: done, progressTotal: of })
      .where(and(eq(documentVersions.id, claim.versionId), isHeldBy(claim)))
      .returning({ id: documentVersions.id });
    if (noted.length > 0) await announce(tx, { type: "document.changed", documentId: claim.documentId });
  });
}

/** @returns undefined when another attempt has the version */
async function storeText(
  tx: TenantTransaction,
  claim: Claim,
  { text, title, mediaType, originalType, pageStarts }: ReadDocument,
): Promise<ReadClaim | undefined> {
  const stored = await tx
    .update(documentVersions)
    .set({
      content: text,
      contentSha256: sha256Of(text),
      title,
      mediaType,
      originalType,
      pageStarts,
      progressDone: null,
      progressTotal: null,
    })
    .where(and(eq(documentVersions.id, claim.versionId), isHeldBy(claim)))
    .returning({ id: documentVersions.id });
  return stored.length > 0 ? { ...claim, content: text, title, mediaType } : undefined;
}

/** @returns `live` or `held` when it leaves nothing behind that has to be cleared */
async function read(db: Database, builtIn: Embedder, claim: ReadClaim, signal: AbortSignal) {
  const { tenantId, documentId, versionId, title, mediaType, content } = claim;
  const language = await languageToNote(content);
  let embedder = await currentEmbedder(db, builtIn, tenantId);
  const size = embedder.id === builtIn.id ? batchSize : batchSizeOfServers;

  const chunks = claim.attempt > 1 ? await remainingChunks(db, claim, embedder.id) : chunksOf(claim);
  let batch = take(chunks, size);
  if (batch.length === 0) await giveUp(db, claim, "document.empty");
  let next = take(chunks, size);
  // Of what is written in one go nobody sees how far it is.
  const total = next.length > 0 ? await countChunks(claim, signal) : undefined;
  let told = -1;
  while (batch.length > 0) {
    const words = batch.map((chunk) => searchableText(title, mediaType, chunk));
    const spent: EmbeddingSpent[] = [];
    const vectors = await embedder
      .embed(words, { signal, onSpent: (one) => void spent.push(one) })
      .then((made) => {
        signal.throwIfAborted();
        return made;
      })
      .catch(async (error: unknown) => {
        await db.transaction(tenantId, (tx) => enterSpending(tx, spent));
        throw error;
      });
    const rows = batch.map((chunk, index) => toRow(chunk, words[index], vectors[index]));
    const isFirst = batch[0]?.ordinal === 0;
    const isLast = next.length === 0;
    const { id: embedderId } = embedder;
    const done = (batch.at(-1)?.ordinal ?? 0) + 1;
    const progress = total === undefined ? undefined : { done, of: total };
    const step = progress && Math.floor((steps * done) / progress.of);

    const end = await db.transaction(tenantId, async (tx) => {
      const document = isLast ? await lockDocument(tx, documentId) : undefined;
      if (!(await hold(tx, claim, language, progress))) {
        await enterSpending(tx, spent);
        return "lost";
      }
      await holdVectors(tx);
      const isCurrent = (await currentEmbedderId(tx, builtIn)) === embedderId;
      if (isCurrent) await writeChunks(tx, versionId, embedderId, rows);
      const isTold = isFirst || isLast || step !== told;
      if (isCurrent && isTold) await announce(tx, { type: "document.changed", documentId });
      const outcome = isCurrent && document ? await goLive(tx, document, claim) : undefined;
      await enterSpending(tx, spent);
      return outcome ?? (isCurrent ? undefined : "again");
    });
    if (end && end !== "again") return end;
    told = step ?? told;
    // Another one may have taken its place in the meantime.
    embedder = await currentEmbedder(db, builtIn, tenantId);
    if (end === "again") continue;
    batch = next;
    next = take(chunks, size);
  }
  return "empty";
}

const chunksOf = ({ content, mediaType }: ReadClaim) => chunkDocument(content, mediaType);

/** As many as there are in all; others have their turn in between. */
async function countChunks(claim: ReadClaim, signal: AbortSignal): Promise<number> {
  const chunks = chunksOf(claim);
  let count = 0;
  for (let some = take(chunks, batchSize); some.length > 0; some = take(chunks, batchSize)) {
    count += some.length;
    await setImmediate();
    signal.throwIfAborted();
  }
  return count;
}

/** Those that earlier attempts have not written. What they have written otherwise than it would be now, is written anew. */
async function remainingChunks(db: Database, claim: ReadClaim, embedderId: string): Promise<Iterator<Chunk>> {
  const { tenantId, versionId } = claim;
  const { rows } = await db.read(tenantId, (read) =>
    read.execute<{ written: number; embedded: number; ordinal: number; start: number; end: number }>(sql`
      select ordinal, start_offset as start, end_offset as "end", written, embedded from (
        select c.*, count(*) over ()::integer as written, count(e.chunk_id) over ()::integer as embedded
        from chunks c left join embeddings e on e.chunk_id = c.id and e.embedder_id = ${embedderId}
        where c.document_version_id = ${versionId}
      ) as counted order by ordinal desc limit 1`),
  );
  const [last] = rows;
  if (!last) return chunksOf(claim);
  const chunks = chunksOf(claim);
  const isWhole = last.written === last.ordinal + 1 && last.embedded === last.written;
  if (isWhole) {
    for (let at = chunks.next(); !at.done && at.value.ordinal <= last.ordinal; at = chunks.next()) {
      const { ordinal, start, end } = at.value;
      if (ordinal !== last.ordinal || start !== last.start || end !== last.end) continue;
      const next = chunks.next();
      if (!next.done) return [next.value, ...chunks].values();
    }
  }
  await clearChunks(db, tenantId, versionId);
  return chunksOf(claim);
}

function take(chunks: Iterator<Chunk>, size: number): Chunk[] {
  const taken: Chunk[] = [];
  while (taken.length < size) {
    const { value, done } = chunks.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** Says that the version can't be read in, and why, to whoever reads the list of documents. */
export async function giveUp(db: Database, { tenantId, documentId, versionId }: IngestOrder, code: ErrorCode) {
  await db.transaction(tenantId, async (tx) => {
    const given = await tx
      .update(documentVersions)
      // A higher attempt, so that one that still runs writes no more.
      .set({ ...failureOf(code), attempt: sql`${documentVersions.attempt} + 1` })
      .where(and(eq(documentVersions.id, versionId), notInArray(documentVersions.status, ["held", "ready", "failed"])))
      .returning({ id: documentVersions.id });
    if (given.length > 0) await announce(tx, { type: "document.changed", documentId });
  });
}

type Claim = IngestOrder & {
  sourceId: SourceId;
  path: string;
  attempt: number;
  version: number;
  title: string;
  mediaType: MediaType;
  content: string | null;
};
type ReadClaim = Claim & { content: string };

/** Takes the version up; undefined when there is nothing to read. */
function claimVersion(db: Database, order: IngestOrder): Promise<Claim | undefined> {
  const { tenantId, documentId, versionId } = order;
  const { id, attempt: madeBefore, version, status, title, mediaType, content } = documentVersions;
  return db.transaction(tenantId, async (tx) => {
    const document = await lockDocument(tx, documentId);
    const [found] = await tx
      .select({ attempt: sql<number>`${madeBefore} + 1`, version, status, title, mediaType, content })
      .from(documentVersions)
      .where(eq(id, versionId))
      .for("update");
    if (!document || !found || isOver(found.status)) return undefined;

    const { attempt } = found;
    const isNewer = and(eq(documentVersions.documentId, documentId), gt(version, found.version), ne(status, "failed"));
    if ((await tx.$count(documentVersions, isNewer)) > 0) {
      await overtake(tx, versionId);
      await announce(tx, { type: "document.changed", documentId });
      return undefined;
    }
    await tx
      .update(documentVersions)
      .set({
        attempt,
        status: "parsing",
        chunkState: "hidden",
        waitsFor: null,
        progressDone: null,
        progressTotal: null,
      })
      .where(eq(id, versionId));
    await announce(tx, { type: "document.changed", documentId });
    return { ...order, ...found, sourceId: document.sourceId, path: document.path };
  });
}

const isOver = (status: DocumentState) => status === "held" || status === "ready" || status === "failed";

/** This version is not wanted any more. */
async function overtake(tx: TenantTransaction, versionId: DocumentVersionId): Promise<void> {
  await tx.update(documentVersions).set(failureOf("document.overtaken")).where(eq(documentVersions.id, versionId));
}

/** Whether this attempt still has the version; it keeps it to the end of the transaction. */
async function hold(
  tx: TenantTransaction,
  claim: Claim,
  language: string,
  progress: { done: number; of: number } | undefined,
): Promise<boolean> {
  const progressDone = progress?.done ?? null;
  const progressTotal = progress?.of ?? null;
  const held = await tx
    .update(documentVersions)
    .set({ status: "embedding", language, progressDone, progressTotal })
    .where(and(eq(documentVersions.id, claim.versionId), isHeldBy(claim)))
    .returning({ id: documentVersions.id });
  return held.length > 0;
}

/** Whether this attempt has the version now. */
async function isStillHeld(db: Database, claim: Claim): Promise<boolean> {
  const isIt = and(eq(documentVersions.id, claim.versionId), isHeldBy(claim));
  return (await db.read(claim.tenantId, (read) => read.$count(documentVersions, isIt))) > 0;
}

const isHeldBy = ({ attempt }: Claim) =>
  and(eq(documentVersions.attempt, attempt), inArray(documentVersions.status, ["parsing", "embedding"]));

/**
 * The version takes the place of the one that served until now, or waits for that, where changes are checked first; unless the one that
 * serves, or the one that waits, is newer.
 *
 * @returns `live`, `held` when the document had none before, so that nothing is left over
 */
async function goLive(
  tx: TenantTransaction,
  document: LockedDocument,
  { versionId, version, title }: Claim,
): Promise<"live" | "held" | "replaced" | "overtaken"> {
  const { currentVersionId } = document;
  const { id, status, documentId, version: others } = documentVersions;
  const isInPlace = currentVersionId ? or(eq(status, "held"), eq(id, currentVersionId)) : eq(status, "held");
  const isNewer = and(eq(documentId, document.id), gt(others, version), isInPlace);
  if ((await tx.$count(documentVersions, isNewer)) > 0) {
    await overtake(tx, versionId);
    return "overtaken";
  }
  if (await areChangesChecked(tx)) return (await holdVersion(tx, document.id, versionId)) ? "replaced" : "held";
  await putLive(tx, document, { versionId, title });
  return currentVersionId ? "replaced" : "live";
}
