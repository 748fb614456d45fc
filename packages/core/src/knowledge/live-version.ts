import type { DocumentId, DocumentVersionId, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { eq, type SQL, sql } from "drizzle-orm";
import { failureOf } from "./failure.ts";

export type LockedDocument = {
  id: DocumentId;
  sourceId: SourceId;
  path: string;
  currentVersionId: DocumentVersionId | null;
  removedAt: Date | null;
};

/** Keeps others from changing the document and its versions to the end of the transaction. It is locked before any of its versions. */
export async function lockDocument(tx: TenantTransaction, documentId: DocumentId): Promise<LockedDocument | undefined> {
  const { id, sourceId, path, currentVersionId, removedAt } = documents;
  const [document] = await tx
    .select({ id, sourceId, path, currentVersionId, removedAt })
    .from(documents)
    .where(eq(id, documentId))
    .for("update");
  return document;
}

/** From the commit on, search finds this version's chunks and not those of the version before it. */
export async function putLive(
  tx: TenantTransaction,
  document: LockedDocument,
  { versionId, title }: { versionId: DocumentVersionId; title: string },
): Promise<void> {
  if (document.currentVersionId) await hide(tx, document.currentVersionId);
  await tx.execute(sql`
    with version as (
      update document_versions set status = 'ready', chunk_state = 'live', ready_at = now() where id = ${versionId}
    ), document as (
      update documents set current_version_id = ${versionId}, title = ${title} where id = ${document.id}
    )
    ${shiftCorpus(document.currentVersionId, versionId)}
  `);
}

/** The same of all versions that are held. Their documents are locked. */
export async function putAllHeldLive(tx: TenantTransaction): Promise<void> {
  // First, since a document has one live version at any time.
  await tx.execute(sql`
    update document_versions set chunk_state = 'hidden' where id in (
      select d.current_version_id from documents d join document_versions v on v.document_id = d.id where v.status = 'held'
    )
  `);
  await tx.execute(sql`
    with coming as materialized (
      select v.id, v.document_id, v.title, d.current_version_id as leaving
      from document_versions v join documents d on d.id = v.document_id where v.status = 'held'
    ), live as (
      update document_versions set status = 'ready', chunk_state = 'live', ready_at = now() where id in (select id from coming)
    ), document as (
      update documents d set current_version_id = coming.id, title = coming.title from coming where d.id = coming.document_id
    ), difference as materialized (
      select coalesce(sum(sign), 0) as chunks, coalesce(sum(sign * length), 0) as length
      from (select id, 1 as sign from coming union all select leaving, -1 from coming) as moving
        join chunks on document_version_id = moving.id
    )
    insert into corpus (chunks, total_length) select greatest(chunks, 0), greatest(length, 0) from difference
    on conflict (tenant_id) do update set (chunks, total_length) = (
      select corpus.chunks + difference.chunks, corpus.total_length + difference.length from difference
    )
  `);
}

/** From the commit on, search finds nothing of the document. */
export async function takeDown(tx: TenantTransaction, document: LockedDocument): Promise<void> {
  if (!document.currentVersionId) return;
  await hide(tx, document.currentVersionId);
  await tx.update(documents).set({ currentVersionId: null }).where(eq(documents.id, document.id));
  await tx.execute(shiftCorpus(document.currentVersionId, null));
}

/** From the commit on, search finds nothing of the source's documents, and none of them is read in any more. */
export async function takeDownSource(tx: TenantTransaction, sourceId: SourceId): Promise<void> {
  const { failure, failureCode } = failureOf("document.removed");
  await tx.execute(sql`
    select count(*) from (
      select from documents where source_id = ${sourceId} and removed_at is null order by id for update
    ) as locked
  `);
  await tx.execute(sql`
    with leaving as materialized (
      select v.id from documents d join document_versions v on v.id = d.current_version_id
      where d.source_id = ${sourceId} and d.removed_at is null
    ), hidden as (
      update document_versions set chunk_state = 'hidden' where id in (select id from leaving)
    ), given_up as (
      update document_versions set status = 'failed', failure = ${failure}, failure_code = ${failureCode}, attempt = attempt + 1
      where status not in ('ready', 'failed')
        and document_id in (select id from documents where source_id = ${sourceId} and removed_at is null)
    ), removed as (
      update documents set removed_at = now(), current_version_id = null
      where source_id = ${sourceId} and removed_at is null
    )
    update corpus set chunks = corpus.chunks - gone.chunks, total_length = corpus.total_length - gone.length
    from (
      select count(*) as chunks, coalesce(sum(length), 0) as length
      from chunks where document_version_id in (select id from leaving)
    ) as gone
  `);
}

const hide = (tx: TenantTransaction, versionId: DocumentVersionId) =>
  tx.update(documentVersions).set({ chunkState: "hidden" }).where(eq(documentVersions.id, versionId));

/**
 * Takes the one version's chunks out of the corpus's sums and puts the other's in. Every change of a tenant's knowledge comes by
 * here, so this row is the last that a transaction locks.
 */
const shiftCorpus = (leaves: DocumentVersionId | null, comes: DocumentVersionId | null): SQL => sql`
  insert into corpus (chunks, total_length)
  select greatest(chunks, 0), greatest(length, 0) from ${difference(leaves, comes)}
  on conflict (tenant_id) do update set (chunks, total_length) = (
    select corpus.chunks + difference.chunks, corpus.total_length + difference.length from ${difference(leaves, comes)}
  )
`;

const difference = (leaves: DocumentVersionId | null, comes: DocumentVersionId | null): SQL => sql`(
  select coalesce(sum(sign), 0) as chunks, coalesce(sum(sign * length), 0) as length
  from (
    select length, case document_version_id when ${comes}::uuid then 1 else -1 end as sign
    from chunks
    where document_version_id in (${leaves}::uuid, ${comes}::uuid)
  ) as moving
) as difference`;
