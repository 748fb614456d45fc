import type { DocumentId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, sources } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { checkKeyIsGood, type KeyActor } from "../api-keys/acting-key.ts";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import { removeDocument } from "./remove-document.ts";

/**
 * `removeDocument` for a program, of what programs send; the tenant's audit log tells of it.
 *
 * @throws AppError `auth.forbidden`, `document.not_found`, `source.wrong_kind`
 */
export async function removeDocumentAsProgram(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: KeyActor,
  documentId: DocumentId,
): Promise<void> {
  await checkKeyIsGood(tx, by, "documents:write");
  const [source] = await tx
    .select({ kind: sources.kind })
    .from(documents)
    .innerJoin(sources, eq(sources.id, documents.sourceId))
    .where(eq(documents.id, documentId));
  if (source && source.kind !== "api") throw new AppError("source.wrong_kind");
  await removeDocument(tx, jobs, documentId);
  await recordAudit(tx, {
    action: "document.removed",
    actor: { kind: "api_key", id: by.apiKeyId },
    target: { kind: "document", id: documentId },
    ip: by.ip,
    details: {},
  });
}
