import type { DocumentId, SourceId, TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { crawls, documents, documentVersions, heldRemovals, sources } from "@parley/db/schema";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { announce, announceAll } from "../outbox/announce.ts";
import { failureOf } from "./failure.ts";
import { clearedAtATime, type KnowledgeJobs } from "./jobs.ts";
import { putAllHeldLive } from "./live-version.ts";
import { removeDocument } from "./remove-document.ts";
import { findSource } from "./sources/lock-source.ts";
import { takeOutSource } from "./sources/remove-source.ts";

type Jobs = Pick<KnowledgeJobs, "send">;
type Place = { tenantId: TenantId; id: DocumentId };

/** What was held, and is held no more. */
export type Released = { documents: number; removedDocuments: DocumentId[]; removedSources: SourceId[] };

/** Sources that are to go, and are still there. */
async function listLeavingSources(tx: TenantTransaction): Promise<SourceId[]> {
  const rows = await tx
    .select({ id: sources.id })
    .from(sources)
    .innerJoin(heldRemovals, eq(heldRemovals.sourceId, sources.id))
    .where(isNull(sources.removedAt))
    .orderBy(heldRemovals.askedAt, heldRemovals.id);
  return rows.map(({ id }) => id);
}

/** Nobody else changes anything of what is held to the end of the transaction, nor holds another version of the same documents. */
export async function lockHeld(tx: TenantTransaction): Promise<void> {
  for (const sourceId of await listLeavingSources(tx)) {
    if (!(await findSource(tx, sourceId, "no key update"))) continue;
    await tx
      .select({ id: crawls.id })
      .from(crawls)
      .where(eq(crawls.sourceId, sourceId))
      .orderBy(crawls.id)
      .for("update");
  }
  await tx.execute(sql`
    select count(*) from (
      select from documents d
      where exists (select from document_versions v where v.document_id = d.id and v.status = 'held')
        or exists (select from held_removals r where r.document_id = d.id or r.source_id = d.source_id)
      order by d.id for update
    ) as locked
  `);
}

/** From the commit on, answers are made from all that was held, and from nothing of what was to go. `lockHeld` went before. */
export async function publishHeld(tx: TenantTransaction, jobs: Jobs): Promise<Released> {
  const removedSources = await listLeavingSources(tx);
  for (const sourceId of removedSources) await takeOutSource(tx, jobs, sourceId);
  // It may have been of one of these sources.
  const removed = await tx
    .select({ id: documents.id })
    .from(documents)
    .innerJoin(heldRemovals, eq(heldRemovals.documentId, documents.id))
    .where(isNull(documents.removedAt));
  await tx.delete(heldRemovals);
  for (const { id } of removed) await removeDocument(tx, jobs, id);
  const coming = await tx
    .select({ tenantId: documents.tenantId, id: documents.id, currentVersionId: documents.currentVersionId })
    .from(documents)
    .innerJoin(documentVersions, eq(documentVersions.documentId, documents.id))
    .where(eq(documentVersions.status, "held"));
  const [first] = coming;
  if (first) {
    const isChanged = ({ currentVersionId }: (typeof coming)[number]) => currentVersionId !== null;
    await clear(tx, jobs, coming.filter(isChanged));
    await announceChanged(tx, coming);
    // It may be large from now on.
    await jobs.send(tx, "indexKnowledge", { tenantId: first.tenantId });
    await putAllHeldLive(tx);
  }
  return { documents: coming.length, removedDocuments: removed.map(({ id }) => id), removedSources };
}

/**
 * Nothing is held any more, and answers go on as they were. A document that would have been new is gone, unless a newer version of it is on
 * its way in, which nobody has seen; or it is a site's page, so that the next crawl knows it, and that nobody wants it as it is. An older
 * version that is on its way in comes up no more than if this one had stayed. `lockHeld` went before.
 */
export async function discardHeld(tx: TenantTransaction, jobs: Jobs): Promise<Pick<Released, "documents">> {
  for (const { documentId, sourceId } of await tx.delete(heldRemovals).returning()) {
    if (documentId) await announce(tx, { type: "document.changed", documentId });
    if (sourceId) await announce(tx, { type: "source.changed", sourceId });
  }
  const discarded = await tx
    .update(documentVersions)
    .set(failureOf("document.discarded"))
    .where(eq(documentVersions.status, "held"))
    .returning({
      tenantId: documentVersions.tenantId,
      id: documentVersions.documentId,
      version: documentVersions.version,
    });
  const ids = discarded.map(({ id }) => id);
  const isOlder = sql`exists (
    select from json_to_recordset(${JSON.stringify(discarded)}::json) as discarded (id uuid, version integer)
    where discarded.id = ${documentVersions.documentId} and discarded.version > ${documentVersions.version}
  )`;
  await tx
    .update(documentVersions)
    .set({ ...failureOf("document.overtaken"), attempt: sql`${documentVersions.attempt} + 1` })
    .where(and(inArray(documentVersions.status, ["queued", "parsing", "embedding"]), isOlder));
  await tx.execute(sql`
    update documents d set removed_at = now()
    where d.id in (select id::uuid from json_array_elements_text(${JSON.stringify(ids)}::json) as id)
      and d.current_version_id is null and d.removed_at is null and d.fetched is null
      and not exists (
        select from document_versions v where v.document_id = d.id and v.status in ('queued', 'parsing', 'embedding')
      )
  `);
  await clear(tx, jobs, discarded);
  await announceChanged(tx, discarded);
  return { documents: discarded.length };
}

/** A few orders, however many they are: each takes a while to send, and meanwhile all that is held is locked. */
async function clear(tx: TenantTransaction, jobs: Jobs, leaving: Place[]): Promise<void> {
  for (let from = 0; from < leaving.length; from += clearedAtATime) {
    const some = leaving.slice(from, from + clearedAtATime);
    const [first] = some;
    if (!first) return;
    await jobs.send(tx, "clearDocuments", { tenantId: first.tenantId, documentIds: some.map(({ id }) => id) });
  }
}

const announceChanged = (tx: TenantTransaction, changed: Pick<Place, "id">[]) =>
  announceAll(
    tx,
    changed.map(({ id: documentId }) => ({ type: "document.changed", documentId })),
  );
