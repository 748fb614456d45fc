import type { TenantTransaction } from "@parley/db";
import { documents, sources } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import { removeDocument } from "./remove-document.ts";

/**
 * `removeDocument` for whoever runs the installation, by what the document is called in its source; the tenant's audit log tells of it.
 *
 * @param ip where the request came from; null on the installation's own machine
 * @throws AppError `document.not_found`
 */
export async function removeDocumentAsOperator(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  { source, path }: { source: string; path: string },
  ip: string | null,
): Promise<void> {
  const [document] = await tx
    .select({ id: documents.id })
    .from(documents)
    .innerJoin(sources, eq(sources.id, documents.sourceId))
    .where(and(eq(sources.name, source), eq(documents.path, path), isNull(documents.removedAt)));
  if (!document) throw new AppError("document.not_found");
  await removeDocument(tx, jobs, document.id);
  await recordAudit(tx, {
    action: "document.removed",
    actor: { kind: "operator", id: null },
    target: { kind: "document", id: document.id },
    ip,
    details: {},
  });
}
