import type { DocumentId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { desc, eq } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { type AddedDocument, addToSource } from "../add-document.ts";
import type { KnowledgeJobs } from "../jobs.ts";
import { lockDocument } from "../live-version.ts";
import { lockSource } from "../sources/lock-source.ts";
import { entryToMarkdown, type SaveEntry } from "./written-entry.ts";

/**
 * Stores a question with its answer as a document of its own, or as a new version of it. The same again changes nothing.
 *
 * @throws AppError `auth.forbidden`, `source.not_found`, `source.wrong_kind`; `document.id_taken` when another document has the id;
 *   `document.newer_version`, or `document.not_found` when it was removed since it was read
 */
export async function saveEntry(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  { documentId, sourceId, basedOn, ...entry }: SaveEntry,
): Promise<AddedDocument> {
  await checkStillMay(tx, by, "knowledge.manage");
  const { kind } = await lockSource(tx, sourceId, "share");
  if (kind !== "written") throw new AppError("source.wrong_kind");
  const known = await lockDocument(tx, documentId);
  if (basedOn !== undefined && (!known || known.removedAt)) throw new AppError("document.not_found");
  if (known && (known.sourceId !== sourceId || known.removedAt)) throw new AppError("document.id_taken");
  // One that was published from a gap has another path.
  const path = known?.path ?? documentId;
  const written = { ...entryToMarkdown(entry), mediaType: "text/markdown", path, id: documentId } as const;
  if (basedOn !== undefined) await checkBase(tx, written, basedOn);
  const { isKept, ...added } = await addToSource(tx, jobs, sourceId, written);
  const byWhom = {
    actor: { kind: "member", id: by.memberId },
    target: { kind: "document", id: added.documentId },
    ip: by.ip,
  } as const;
  if (isKept) await recordAudit(tx, { ...byWhom, action: "document.removal_taken_back", details: {} });
  if (added.outcome === "queued") {
    await recordAudit(tx, { ...byWhom, action: "document.added", details: { versionId: added.versionId } });
  }
  return added;
}

/** That nobody's answer is written over unseen. Whoever saves the same as they changes nothing. @throws AppError `document.newer_version` */
async function checkBase(
  tx: TenantTransaction,
  { id, title, text }: { id: DocumentId; title: string; text: string },
  basedOn: number,
): Promise<void> {
  const [newest] = await tx
    .select({ version: documentVersions.version, title: documentVersions.title, text: documentVersions.content })
    .from(documentVersions)
    .where(eq(documentVersions.documentId, id))
    .orderBy(desc(documentVersions.version))
    .limit(1);
  const isSame = newest?.title === title && newest.text === text;
  if (newest && newest.version !== basedOn && !isSame) throw new AppError("document.newer_version");
}
