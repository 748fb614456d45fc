import type { TenantTransaction } from "@parley/db";
import { documents } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { type AddedDocument, addToSource } from "../add-document.ts";
import type { KnowledgeJobs } from "../jobs.ts";
import { lockSource } from "../sources/lock-source.ts";
import { entryToMarkdown, type SaveEntry } from "./written-entry.ts";

/**
 * Stores a question with its answer as a document of its own, or as a new version of it. The same again changes nothing.
 *
 * @throws AppError `auth.forbidden`, `source.not_found`, `source.wrong_kind`; `document.id_taken` when another document has the id
 */
export async function saveEntry(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  { documentId, sourceId, ...entry }: SaveEntry,
): Promise<AddedDocument> {
  await checkStillMay(tx, by, "knowledge.manage");
  const { kind } = await lockSource(tx, sourceId, "share");
  if (kind !== "written") throw new AppError("source.wrong_kind");
  const [known] = await tx
    .select({ path: documents.path, sourceId: documents.sourceId, removedAt: documents.removedAt })
    .from(documents)
    .where(eq(documents.id, documentId));
  if (known && (known.sourceId !== sourceId || known.removedAt)) throw new AppError("document.id_taken");
  // One that was published from a gap has another path.
  const path = known?.path ?? documentId;
  const written = { ...entryToMarkdown(entry), mediaType: "text/markdown", path, id: documentId } as const;
  const added = await addToSource(tx, jobs, sourceId, written);
  if (added.outcome === "unchanged") return added;
  await recordAudit(tx, {
    action: "document.added",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "document", id: added.documentId },
    ip: by.ip,
    details: { versionId: added.versionId },
  });
  return added;
}
