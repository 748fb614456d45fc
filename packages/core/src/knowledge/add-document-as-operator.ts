import type { TenantTransaction } from "@parley/db";
import { recordAudit } from "../audit/record-audit.ts";
import { addDocument, type NewDocument } from "./add-document.ts";
import type { KnowledgeJobs } from "./jobs.ts";

/**
 * `addDocument` for whoever runs the installation; the tenant's audit log tells of each version that is new.
 *
 * @param ip where the request came from; null on the installation's own machine
 */
export async function addDocumentAsOperator(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  document: NewDocument,
  ip: string | null,
): ReturnType<typeof addDocument> {
  const added = await addDocument(tx, jobs, document);
  if (added.outcome === "unchanged") return added;
  await recordAudit(tx, {
    action: "document.added",
    actor: { kind: "operator", id: null },
    target: { kind: "document", id: added.documentId },
    ip,
    details: { versionId: added.versionId },
  });
  return added;
}
