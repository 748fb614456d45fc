import type { DocumentId, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { failureOf } from "./failure.ts";
import { lockDocument } from "./live-version.ts";
import { isBeingRead } from "./reading-progress.ts";
import { lockSource } from "./sources/lock-source.ts";

/**
 * Has no version of the document read in any further, until somebody tries that again or adds another one; what is in use, or waits to be
 * published, stays. Whoever reads it writes no more from the commit on, ends within moments and clears away what it has written.
 *
 * @throws AppError `auth.forbidden`, `document.not_found`, `document.not_under_way`
 */
export async function stopDocument(tx: TenantTransaction, by: Actor, documentId: DocumentId): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const document = await lockDocument(tx, documentId);
  if (!document || document.removedAt) throw new AppError("document.not_found");
  await stop(tx, eq(documentVersions.documentId, documentId));
  await announce(tx, { type: "document.changed", documentId });
  await recordAudit(tx, {
    action: "document.stopped",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "document", id: documentId },
    ip: by.ip,
    details: {},
  });
}

/**
 * The same of all that the source holds. A crawl goes on, and may bring more.
 *
 * @throws AppError `auth.forbidden`, `source.not_found`, `document.not_under_way`
 */
export async function stopSource(tx: TenantTransaction, by: Actor, sourceId: SourceId): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  await lockSource(tx, sourceId);
  const isOfSource = and(eq(documents.sourceId, sourceId), isNull(documents.removedAt));
  await tx.execute(sql`
    select count(*) from (
      select from ${documents} where ${isOfSource} and exists (
        select from ${documentVersions} where ${documentVersions.documentId} = ${documents.id} and ${isBeingRead}
      ) order by ${documents.id} for update
    ) as locked
  `);
  const ofSource = tx.select({ id: documents.id }).from(documents).where(isOfSource);
  const stopped = await stop(tx, inArray(documentVersions.documentId, ofSource));
  await announce(tx, { type: "source.changed", sourceId });
  await recordAudit(tx, {
    action: "source.stopped",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "source", id: sourceId },
    ip: by.ip,
    details: { documents: stopped },
  });
}

/** @returns how many documents that were @throws AppError `document.not_under_way` when there was none */
async function stop(tx: TenantTransaction, which: SQL): Promise<number> {
  const stopped = await tx
    .update(documentVersions)
    // A higher attempt, so that one that still runs writes no more.
    .set({ ...failureOf("document.stopped"), waitsFor: null, attempt: sql`${documentVersions.attempt} + 1` })
    .where(and(which, isBeingRead))
    .returning({ documentId: documentVersions.documentId });
  if (stopped.length === 0) throw new AppError("document.not_under_way");
  return new Set(stopped.map(({ documentId }) => documentId)).size;
}
