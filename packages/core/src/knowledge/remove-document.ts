import type { DocumentId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { and, eq, notInArray, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { failureOf } from "./failure.ts";
import { keepDocument } from "./hold-removal.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import { lockDocument, takeDown } from "./live-version.ts";

/**
 * Takes a document out of the tenant's knowledge, at once for search and for lists. A job deletes it; only what a conversation has
 * cited of it stays, for those who can see that conversation.
 *
 * @throws AppError `document.not_found`
 */
export async function removeDocument(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  documentId: DocumentId,
): Promise<void> {
  const document = await lockDocument(tx, documentId);
  if (!document || document.removedAt) throw new AppError("document.not_found");
  const [removed] = await tx
    .update(documents)
    .set({ removedAt: sql`now()` })
    .where(eq(documents.id, documentId))
    .returning({ tenantId: documents.tenantId });
  if (!removed) throw new AppError("document.not_found");
  await tx
    .update(documentVersions)
    .set({ ...failureOf("document.removed"), attempt: sql`${documentVersions.attempt} + 1` })
    .where(and(eq(documentVersions.documentId, documentId), notInArray(documentVersions.status, ["ready", "failed"])));
  // Should it be added again, nobody has asked for that to go.
  await keepDocument(tx, documentId);
  await jobs.send(tx, "clearDocument", { tenantId: removed.tenantId, documentId });
  await announce(tx, { type: "document.changed", documentId });
  await takeDown(tx, document);
}
