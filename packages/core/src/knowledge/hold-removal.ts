import type { DocumentId, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, heldRemovals } from "@parley/db/schema";
import { and, eq, isNull, type SQL } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { areChangesChecked } from "./held-changes.ts";
import { lockDocument } from "./live-version.ts";
import { lockSource } from "./sources/lock-source.ts";

/**
 * Where changes are checked, that a document is to go waits until it is published.
 *
 * @returns whether it waits; else it is to be taken out at once
 * @throws AppError `auth.forbidden`, `document.not_found`
 */
export async function holdDocumentRemoval(tx: TenantTransaction, by: Actor, documentId: DocumentId): Promise<boolean> {
  await checkStillMay(tx, by, "knowledge.manage");
  if (!(await areChangesChecked(tx))) return false;
  const isThere = and(eq(documents.id, documentId), isNull(documents.removedAt));
  const [document] = await tx.select({ currentVersionId: documents.currentVersionId }).from(documents).where(isThere);
  if (!document) throw new AppError("document.not_found");
  // No answer rests on what is not in use.
  if (!document.currentVersionId) return false;
  await store(tx, by, { documentId }, { kind: "document", id: documentId });
  await announce(tx, { type: "document.changed", documentId });
  return true;
}

/** The same of a source, with all that it holds by then. @throws AppError `auth.forbidden`, `source.not_found` */
export async function holdSourceRemoval(tx: TenantTransaction, by: Actor, sourceId: SourceId): Promise<boolean> {
  await checkStillMay(tx, by, "knowledge.manage");
  if (!(await areChangesChecked(tx))) return false;
  await lockSource(tx, sourceId);
  const isInUse = and(eq(documents.sourceId, sourceId), isNull(documents.removedAt));
  if ((await tx.$count(documents, isInUse)) === 0) return false;
  await store(tx, by, { sourceId }, { kind: "source", id: sourceId });
  await announce(tx, { type: "source.changed", sourceId });
  return true;
}

/** Who asks for it is in the audit log: it may be published by somebody else, or by nobody. Who asks again changes nothing. */
async function store(
  tx: TenantTransaction,
  { memberId, ip }: Actor,
  removal: { documentId: DocumentId } | { sourceId: SourceId },
  target: { kind: "document" | "source"; id: string },
): Promise<void> {
  const held = await tx
    .insert(heldRemovals)
    .values({ ...removal, askedBy: memberId })
    .onConflictDoNothing()
    .returning({ id: heldRemovals.id });
  if (held.length === 0) return;
  await recordAudit(tx, {
    action: `${target.kind}.removal_held`,
    actor: { kind: "member", id: memberId },
    target,
    ip,
    details: {},
  });
}

/** That the document is to go waits no more; nor did it, if that was published. @throws AppError `auth.forbidden`, `document.not_found` */
export async function keepDocumentAsMember(tx: TenantTransaction, by: Actor, documentId: DocumentId): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const document = await lockDocument(tx, documentId);
  if (!document || document.removedAt) throw new AppError("document.not_found");
  await takeBack(tx, by, eq(heldRemovals.documentId, documentId), { kind: "document", id: documentId });
  await announce(tx, { type: "document.changed", documentId });
}

/** The same of a source. @throws AppError `auth.forbidden`, `source.not_found` */
export async function keepSource(tx: TenantTransaction, by: Actor, sourceId: SourceId): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  await lockSource(tx, sourceId);
  await takeBack(tx, by, eq(heldRemovals.sourceId, sourceId), { kind: "source", id: sourceId });
  await announce(tx, { type: "source.changed", sourceId });
}

/** Somebody else may have been first: that changes nothing. */
async function takeBack(
  tx: TenantTransaction,
  { memberId, ip }: Actor,
  which: SQL,
  target: { kind: "document" | "source"; id: string },
): Promise<void> {
  const gone = await tx.delete(heldRemovals).where(which).returning({ id: heldRemovals.id });
  if (gone.length === 0) return;
  await recordAudit(tx, {
    action: `${target.kind}.removal_taken_back`,
    actor: { kind: "member", id: memberId },
    target,
    ip,
    details: {},
  });
}

/**
 * It has come once more since somebody asked that it goes: that waits no more. The document is locked.
 *
 * @returns whether it did
 */
export async function keepDocument(tx: TenantTransaction, documentId: DocumentId): Promise<boolean> {
  const kept = await tx
    .delete(heldRemovals)
    .where(eq(heldRemovals.documentId, documentId))
    .returning({ id: heldRemovals.id });
  return kept.length > 0;
}
