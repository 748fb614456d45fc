import type { DocumentId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import { removeDocument } from "./remove-document.ts";

/** `removeDocument` for a member; the tenant's audit log tells of it. @throws AppError `auth.forbidden`, `document.not_found` */
export async function removeDocumentAsMember(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  documentId: DocumentId,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  await removeDocument(tx, jobs, documentId);
  await recordAudit(tx, {
    action: "document.removed",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "document", id: documentId },
    ip: by.ip,
    details: {},
  });
}
