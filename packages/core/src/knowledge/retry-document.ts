import type { DocumentId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { desc, eq } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import { lockDocument } from "./live-version.ts";

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
