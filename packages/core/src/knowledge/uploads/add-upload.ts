import { type DocumentVersionId, limits, type SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { desc, eq, sql } from "drizzle-orm";
import { checkKeyIsGood, type KeyActor } from "../../api-keys/acting-key.ts";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import type { AddedDocument } from "../add-document.ts";
import { keepDocument } from "../hold-removal.ts";
import type { KnowledgeJobs } from "../jobs.ts";
import { fileTypeOf } from "../read-document.ts";
import { lockSource } from "../sources/lock-source.ts";
import { storedBytes, waitingVersions } from "./stored-bytes.ts";

/** A file that the object store has, under the version's id. */
export type Upload = {
  sourceId: SourceId;
  versionId: DocumentVersionId;
  path: string;
  sizeBytes: number;
  sha256: string;
};

/**
 * Stores a file that a member or a program sent as a document's new version and queues it to be read in; the version before it serves
 * until this one is ready. What has the bytes of the newest version costs nothing, unless that one failed; from then on that one counts as
 * verified. A document that waited to be removed stays.
 *
 * @returns the version that has these bytes
 * @throws AppError `auth.forbidden`, `source.not_found`, `source.wrong_kind`, `document.type_unknown`, `document.queue_full`,
 *   `document.storage_full`
 */
export async function addUpload(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor | KeyActor,
  { sourceId, versionId, path, sizeBytes, sha256 }: Upload,
): Promise<AddedDocument> {
  const { name, mediaType, originalType } = fileTypeOf(path);
  const isProgram = "apiKeyId" in by;
  await (isProgram ? checkKeyIsGood(tx, by, "documents:write") : checkStillMay(tx, by, "knowledge.manage"));
  const { tenantId, kind } = await lockSource(tx, sourceId, "share");
  if (kind !== (isProgram ? "api" : "upload")) throw new AppError("source.wrong_kind");
  // Locks the document, so that its versions have an order.
  const [document] = await tx
    .insert(documents)
    .values({ sourceId, path, title: name })
    .onConflictDoUpdate({ target: [documents.tenantId, documents.sourceId, documents.path], set: { path } })
    .returning();
  if (!document) throw new Error("an insert returned no row");
  const documentId = document.id;
  const { id, version, originalSha256, status } = documentVersions;
  const [newest] = await tx
    .select({ id, version, originalSha256, status })
    .from(documentVersions)
    .where(eq(documentVersions.documentId, documentId))
    .orderBy(desc(version))
    .limit(1);
  const isKept = await keepDocument(tx, documentId);
  const byWhom = {
    actor: isProgram ? ({ kind: "api_key", id: by.apiKeyId } as const) : ({ kind: "member", id: by.memberId } as const),
    target: { kind: "document", id: documentId } as const,
    ip: by.ip,
  };
  // The last thing that is done, since it locks the log.
  const recordKept = async () => {
    if (isKept) await recordAudit(tx, { ...byWhom, action: "document.removal_taken_back", details: {} });
  };
  if (newest?.originalSha256 === sha256 && newest.status !== "failed" && document.removedAt === null) {
    await tx.update(documentVersions).set({ verifiedAt: sql`now()` }).where(eq(id, newest.id));
    if (isKept) await announce(tx, { type: "document.changed", documentId });
    await recordKept();
    return { documentId, versionId: newest.id, outcome: "unchanged" };
  }

  if (document.removedAt) {
    await tx.update(documents).set({ removedAt: null, title: name }).where(eq(documents.id, documentId));
  }
  await tx.insert(documentVersions).values({
    id: versionId,
    documentId,
    version: (newest?.version ?? 0) + 1,
    title: name,
    mediaType,
    originalType,
    originalBytes: sizeBytes,
    originalSha256: sha256,
  });
  const { rows } = await tx.execute<{ stored: number; waiting: number }>(
    sql`select ${storedBytes} as stored, ${waitingVersions} as waiting`,
  );
  const { stored = 0, waiting = 0 } = rows[0] ?? {};
  if (waiting > limits.waitingDocuments) throw new AppError("document.queue_full");
  if (stored > limits.storedBytes) throw new AppError("document.storage_full");
  await jobs.send(tx, "ingestDocument", { tenantId, documentId, versionId });
  await announce(tx, { type: "document.changed", documentId });
  await recordKept();
  await recordAudit(tx, { ...byWhom, action: "document.added", details: { versionId, sizeBytes } });
  return { documentId, versionId, outcome: "queued" };
}
