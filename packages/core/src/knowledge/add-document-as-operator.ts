import type { TenantTransaction } from "@parley/db";
import { sources } from "@parley/db/schema";
import { and, eq, isNull, ne } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type AddedDocument, addDocument, type NewDocument } from "./add-document.ts";
import type { KnowledgeJobs } from "./jobs.ts";

/**
 * `addDocument` for whoever runs the installation; the tenant's audit log tells of each version that is new, and of a removal that no longer waits.
 *
 * @param ip where the request came from; null on the installation's own machine
 * @throws AppError `source.wrong_kind` where the source is not one of files of the command line: programs, members and readers of sites
 *   take theirs to be what they have put there
 */
export async function addDocumentAsOperator(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  document: NewDocument,
  ip: string | null,
): Promise<AddedDocument> {
  const isOthers = and(eq(sources.name, document.source), isNull(sources.removedAt), ne(sources.kind, "folder"));
  if ((await tx.$count(sources, isOthers)) > 0) throw new AppError("source.wrong_kind");
  const { isKept, ...added } = await addDocument(tx, jobs, document);
  const byWhom = {
    actor: { kind: "operator", id: null },
    target: { kind: "document", id: added.documentId },
    ip,
  } as const;
  if (isKept) await recordAudit(tx, { ...byWhom, action: "document.removal_taken_back", details: {} });
  if (added.outcome === "queued") {
    await recordAudit(tx, { ...byWhom, action: "document.added", details: { versionId: added.versionId } });
  }
  return added;
}
