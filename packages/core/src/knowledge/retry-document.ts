import { type DocumentId, limits, type SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { and, asc, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import { lockDocument } from "./live-version.ts";
import { lockSource } from "./sources/lock-source.ts";
import { waitingVersions } from "./uploads/stored-bytes.ts";

/** Documents of a source that are tried again at a time: each takes a while to order, and meanwhile they are locked. */
const atATime = 50;

/**
 * Has a document's newest version read in once more, after it failed.
 *
 * @throws AppError `auth.forbidden`, `document.not_found`, `document.not_failed`
 */
export async function retryDocument(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  documentId: DocumentId,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const document = await lockDocument(tx, documentId);
  if (!document || document.removedAt) throw new AppError("document.not_found");
  const [newest] = await tx
    .select({ tenantId: documentVersions.tenantId, id: documentVersions.id, status: documentVersions.status })
    .from(documentVersions)
    .where(eq(documentVersions.documentId, documentId))
    .orderBy(desc(documentVersions.version))
    .limit(1)
    .for("update");
  if (newest?.status !== "failed") throw new AppError("document.not_failed");
  await tx
    .update(documentVersions)
    .set({ status: "queued", failure: null, failureCode: null })
    .where(eq(documentVersions.id, newest.id));
  await jobs.send(tx, "ingestDocument", { tenantId: newest.tenantId, documentId, versionId: newest.id });
  await announce(tx, { type: "document.changed", documentId });
}

/**
 * The same of a source's documents that failed, some at a time. What somebody has discarded is not tried again with the others.
 *
 * @param options.after the last one of those before
 * @returns the last one of these; null: there is none after it
 * @throws AppError `auth.forbidden`, `source.not_found`, `document.queue_full`
 */
export async function retryFailed(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  { sourceId, after }: { sourceId: SourceId; after?: DocumentId | undefined },
): Promise<{ last: DocumentId | null }> {
  await checkStillMay(tx, by, "knowledge.manage");
  const { tenantId } = await lockSource(tx, sourceId);
  const isWanted = and(
    eq(documentVersions.status, "failed"),
    sql`${documentVersions.failureCode} is distinct from 'document.discarded'`,
  );
  const newest = sql`(
    select id from document_versions newest where newest.document_id = ${documents.id} order by newest.version desc limit 1
  )`;
  const found = await tx
    .select({ id: documents.id, versionId: documentVersions.id })
    .from(documents)
    .innerJoin(documentVersions, and(eq(documentVersions.id, newest), isWanted))
    .where(and(eq(documents.sourceId, sourceId), isNull(documents.removedAt), after && gt(documents.id, after)))
    .orderBy(asc(documents.id))
    .limit(atATime)
    .for("update", { of: documents });
  const ids = found.map(({ versionId }) => versionId);
  const failed = await tx
    .update(documentVersions)
    .set({ status: "queued", failure: null, failureCode: null })
    // Somebody else may have been first.
    .where(and(inArray(documentVersions.id, ids), isWanted))
    .returning({ documentId: documentVersions.documentId, versionId: documentVersions.id });
  const { rows } = await tx.execute<{ waiting: number }>(sql`select ${waitingVersions} as waiting`);
  if (failed.length > 0 && (rows[0]?.waiting ?? 0) > limits.waitingDocuments) throw new AppError("document.queue_full");
  for (const order of failed) await jobs.send(tx, "ingestDocument", { tenantId, ...order });
  if (failed.length > 0) await announce(tx, { type: "source.changed", sourceId });
  return { last: found.length === atATime ? (found.at(-1)?.id ?? null) : null };
}
