import { type DocumentId, type DocumentVersionId, limits, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { chunks, citations, documents, documentVersions, runPassages } from "@parley/db/schema";
import { type ObjectStore, objectKey } from "@parley/platform/objects/object-store";
import { and, asc, eq, inArray, isNotNull, isNull, notExists, or, type SQL, sql } from "drizzle-orm";
import { lockDocument } from "./live-version.ts";
import { sha256Of } from "./sha256-of.ts";

/** Chunks that are deleted at a time, with their postings and embeddings. */
const batchSize = 32;

/** Deletes what search leaves out already: chunks of versions that served once or were given up. A removed document goes whole. */
export async function clearDocument(
  { db, objects }: { db: Database; objects: ObjectStore },
  { tenantId, documentId }: { tenantId: TenantId; documentId: DocumentId },
): Promise<void> {
  const isOver = and(
    eq(documentVersions.documentId, documentId),
    eq(documentVersions.chunkState, "hidden"),
    inArray(documentVersions.status, ["ready", "failed"]),
  );
  const hidden = await db.read(tenantId, (read) =>
    read.select({ id: documentVersions.id }).from(documentVersions).where(isOver),
  );
  for (const { id } of hidden) {
    await clearChunks(db, tenantId, id, isOver);
    await db.transaction(tenantId, (tx) =>
      tx
        .update(documentVersions)
        .set({ chunkState: "none" })
        .where(and(eq(documentVersions.id, id), isOver)),
    );
  }
  await deleteOriginals({ db, objects }, tenantId, documentId);
  await forget(db, tenantId, documentId);
}

/**
 * Of a removed document no file is kept, whatever a conversation has shown of its text; of another one those of its newest versions, of what
 * answers are made from, and of what is still to be read in or published.
 */
async function deleteOriginals(
  { db, objects }: { db: Database; objects: ObjectStore },
  tenantId: TenantId,
  documentId: DocumentId,
): Promise<void> {
  const originals = await db.read(tenantId, (read) =>
    read
      .select({ sourceId: documents.sourceId, versionId: documentVersions.id })
      .from(documentVersions)
      .innerJoin(documents, eq(documents.id, documentVersions.documentId))
      .where(
        and(
          eq(documents.id, documentId),
          isNotNull(documentVersions.originalSha256),
          or(isNotNull(documents.removedAt), isPast(documentId)),
        ),
      ),
  );
  for (const { sourceId, versionId } of originals) {
    await objects.delete(objectKey(tenantId, sourceId, versionId));
    await db.transaction(tenantId, async (tx) => {
      const isIt = eq(documentVersions.id, versionId);
      // One that could never be read is nothing without its file, and nothing points to it.
      await tx
        .delete(documentVersions)
        .where(and(isIt, eq(documentVersions.status, "failed"), isNull(documentVersions.content)));
      await tx
        .update(documentVersions)
        .set({ originalBytes: null, originalSha256: null })
        .where(and(isIt, isNotNull(documentVersions.content)));
    });
  }
}

/**
 * Deletes a version's chunks, a few in each transaction.
 *
 * @param whileIt holds of the version; it is left alone as soon as that is over
 */
export async function clearChunks(
  db: Database,
  tenantId: TenantId,
  versionId: DocumentVersionId,
  whileIt?: SQL,
): Promise<void> {
  const some = sql`(
    select id from chunks where document_version_id = ${versionId} order by ordinal limit ${batchSize}
  )`;
  let deleted: number;
  do {
    deleted = await db.transaction(tenantId, async (tx) => {
      const isIt = and(eq(documentVersions.id, versionId), whileIt);
      const held = await tx.select({ id: documentVersions.id }).from(documentVersions).where(isIt).for("share");
      if (held.length === 0) return 0;
      const { rowCount } = await tx.delete(chunks).where(inArray(chunks.id, some));
      return rowCount ?? 0;
    });
  } while (deleted === batchSize);
}

/**
 * Of a removed document stays what a conversation has shown: the versions that a citation points into; of those that a receipt alone
 * points to their titles, and nothing of their text. Of another one its newest versions stay as well, what answers are made from, and
 * what is still to be read in or published.
 */
async function forget(db: Database, tenantId: TenantId, documentId: DocumentId): Promise<void> {
  const { id } = documentVersions;
  await db.transaction(tenantId, async (tx) => {
    const document = await lockDocument(tx, documentId);
    if (!document) return;
    const isOfIt = eq(documentVersions.documentId, documentId);
    // Whoever writes an answer down holds what it cites until it is there to be seen.
    if (document.removedAt) await tx.select({ id }).from(documentVersions).where(isOfIt).orderBy(asc(id)).for("update");
    const isUncited = notExists(tx.select().from(citations).where(eq(citations.documentVersionId, id)));
    const isInNoReceipt = notExists(tx.select().from(runPassages).where(eq(runPassages.documentVersionId, id)));
    const isOver = document.removedAt
      ? undefined
      : // Its file and its chunks go first; what has become past since is left to the job that made it so.
        and(isPast(documentId), isNull(documentVersions.originalSha256), eq(documentVersions.chunkState, "none"));
    await tx.delete(documentVersions).where(and(isOfIt, isOver, isUncited, isInNoReceipt));
    if (!document.removedAt) return;
    await tx
      .update(documentVersions)
      .set({ content: "", contentSha256: sha256Of(""), pageStarts: null })
      .where(and(isOfIt, isNotNull(documentVersions.content), isUncited));
    const left = await tx.$count(documentVersions, isOfIt);
    if (left === 0) await tx.delete(documents).where(eq(documents.id, documentId));
  });
}

/** The version is none of its document's newest, serves nothing, and nothing is to become of it any more. */
const isPast = (documentId: DocumentId) =>
  and(
    inArray(documentVersions.status, ["ready", "failed"]),
    sql`${documentVersions.version} <= (
      select max(newest.version) from document_versions newest where newest.document_id = ${documentId}
    ) - ${limits.keptVersions}::integer`,
    sql`${documentVersions.id} is distinct from (select current_version_id from documents where id = ${documentId})`,
  );
