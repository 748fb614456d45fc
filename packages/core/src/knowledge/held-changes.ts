import type { ChangeCheckMode, DocumentId, DocumentVersionId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { changeChecks, documents, documentVersions, heldRemovals, members, sources } from "@parley/db/schema";
import { and, type Column, eq, isNotNull, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import { failureOf } from "./failure.ts";

/** Which knowledge answers are made from: what is in use, or what would be once all that is held were published. */
export type KnowledgeScope = "live" | "held";

/** The tenant's choice as it is now. */
export async function readCheckMode(tx: Pick<TenantTransaction, "select">): Promise<ChangeCheckMode> {
  const [row] = await tx.select().from(changeChecks);
  return row?.mode ?? "off";
}

/**
 * The same, kept to the end of the transaction. Of what a transaction locks it comes after the tenant, sources and documents.
 *
 * @param strength `share`: something is about to be held, which others may do as well; `update`: nobody holds anything meanwhile
 */
export async function lockCheckMode(tx: TenantTransaction, strength: "share" | "update"): Promise<ChangeCheckMode> {
  const [row] = await tx.select().from(changeChecks).for(strength);
  return row?.mode ?? "off";
}

/** Whether changes wait until they are checked. Whoever is about to hold something asks. */
export const areChangesChecked = async (tx: TenantTransaction): Promise<boolean> =>
  (await lockCheckMode(tx, "share")) !== "off";

/**
 * The version that was read in waits, in the place of one that did; what serves goes on serving. The document is locked.
 *
 * @returns whether another one waited
 */
export async function holdVersion(
  tx: TenantTransaction,
  documentId: DocumentId,
  versionId: DocumentVersionId,
): Promise<boolean> {
  const { id, status } = documentVersions;
  const overtaken = await tx
    .update(documentVersions)
    .set(failureOf("document.overtaken"))
    .where(and(eq(documentVersions.documentId, documentId), eq(status, "held"), ne(id, versionId)))
    .returning({ id });
  await tx.update(documentVersions).set({ status: "held", readyAt: sql`now()` }).where(eq(id, versionId));
  return overtaken.length > 0;
}

/** Removals that are held of what is still there, oldest first, as far as `limit`; and how many there are. */
export async function listHeldRemovals(tx: Pick<TenantTransaction, "select">, limit: number) {
  const rows = await tx
    .select({
      id: heldRemovals.id,
      documentId: heldRemovals.documentId,
      sourceId: heldRemovals.sourceId,
      title: sql<string>`coalesce(${documents.title}, ${sources.name})`,
      askedBy: members.name,
      askedAt: heldRemovals.askedAt,
      total: sql<number>`count(*) over ()::integer`,
    })
    .from(heldRemovals)
    .leftJoin(members, eq(members.id, heldRemovals.askedBy))
    .leftJoin(documents, and(eq(documents.id, heldRemovals.documentId), isNull(documents.removedAt)))
    .leftJoin(sources, and(eq(sources.id, heldRemovals.sourceId), isNull(sources.removedAt)))
    .where(or(isNotNull(documents.id), isNotNull(sources.id)))
    .orderBy(heldRemovals.askedAt, heldRemovals.id)
    .limit(limit);
  return { total: rows[0]?.total ?? 0, removals: rows.map(({ total: _, ...removal }) => removal) };
}

/** As a column: with what the document is to go; null: it is not. */
export const leavingWith = (documentId: Column, sourceId: Column): SQL<"document" | "source" | null> => sql`case
    when exists (select from held_removals r where r.document_id = ${documentId}) then 'document'
    when exists (select from held_removals r where r.source_id = ${sourceId}) then 'source'
  end`;

/** What is held of the knowledge, newest first, as far as `limit`; and how much that is. */
export async function listHeldDocuments(tx: Pick<TenantTransaction, "select" | "$count">, limit: number) {
  const rows = await tx
    .select({
      documentId: documents.id,
      version: documentVersions.version,
      title: documentVersions.title,
      isNew: sql<boolean>`${documents.currentVersionId} is null`,
      heldAt: documentVersions.readyAt,
      total: sql<number>`count(*) over ()::integer`,
    })
    .from(documentVersions)
    .innerJoin(documents, eq(documents.id, documentVersions.documentId))
    .where(eq(documentVersions.status, "held"))
    .orderBy(sql`${documentVersions.readyAt} desc`, documents.id)
    .limit(limit);
  return { total: rows[0]?.total ?? 0, documents: rows.map(({ total: _, ...document }) => document) };
}

/** Documents that are to go, and all of a source that is. */
const leaving = sql`
  select d.id from held_removals r join documents d on d.id = r.document_id or d.source_id = r.source_id`;

/** As `hidden` of a search: the chunks that would count nowhere once all that is held were published. */
export const hiddenOnceHeldIsPublished: SQL = sql`hidden as materialized (
    with leaving as materialized (${leaving})
    select c.id from document_versions v join chunks c on c.document_version_id = v.id
    where (v.chunk_state = 'hidden' and v.status <> 'held')
      or (v.chunk_state = 'live' and exists (
        select from document_versions h where h.document_id = v.document_id and h.status = 'held'
      ))
      or (v.chunk_state <> 'none' and v.document_id in (select id from leaving))
  )`;

/** As the table `corpus`: its sums once all that is held were published. */
export const corpusOnceHeldIsPublished: SQL = sql`corpus as materialized (
    with leaving as materialized (${leaving}), moving as materialized (
      select v.id, case v.status when 'held' then 1 else -1 end as sign
      from document_versions v
      where v.document_id not in (select id from leaving) and (v.status = 'held' or (v.chunk_state = 'live' and exists (
        select from document_versions h where h.document_id = v.document_id and h.status = 'held'
      )))
      union all
      select v.id, -1 from document_versions v where v.chunk_state = 'live' and v.document_id in (select id from leaving)
    ), difference as (
      select coalesce(sum(sign), 0) as chunks, coalesce(sum(sign * length), 0) as length
      from moving join chunks c on c.document_version_id = moving.id
    )
    select coalesce(k.chunks, 0) + difference.chunks as chunks, coalesce(k.total_length, 0) + difference.length as total_length,
      coalesce(k.counted_chunks, 0) as counted_chunks
    from difference left join corpus k on true
  )`;
