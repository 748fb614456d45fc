import { randomUUID } from "node:crypto";
import { type DocumentId, type GapDraft, type GapId, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { gaps, sources } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { addDocument } from "../knowledge/add-document.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { lockGap } from "./gap-rows.ts";

/** What the articles are listed under. */
const sourceName = "Answers";

/**
 * Adds the article to the knowledge, as an entry of its question and its answer, and closes the gap. Of a gap that was closed before it
 * is a newer version.
 *
 * @throws AppError `gap.not_found`; `gap.no_answer`; `auth.forbidden`
 */
export async function publishArticle(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  { gapId, draft }: { gapId: GapId; draft: GapDraft },
): Promise<{ documentId: DocumentId }> {
  await checkStillMay(tx, by, "knowledge.manage");
  await lockGap(tx, gapId, { evenClosed: true });
  const answer = draft.answer.trim().toWellFormed();
  if (!/[\p{L}\p{N}]/u.test(answer)) throw new AppError("gap.no_answer");
  const title = draft.question.trim().replace(/\s+/g, " ");
  await ensureSource(tx);
  const { documentId, versionId, outcome } = await addDocument(tx, jobs, {
    ...{ source: sourceName, path: `gaps/${gapId}`, title, mediaType: "text/markdown" },
    text: `# ${title}\n\n${answer}\n`,
  });
  await tx.update(gaps).set({ draft, documentId, state: "closed", publishedAt: sql`now()` }).where(eq(gaps.id, gapId));
  await announce(tx, { type: "gaps.changed" });
  if (outcome === "queued") {
    await recordAudit(tx, {
      action: "document.added",
      actor: { kind: "member", id: by.memberId },
      target: { kind: "document", id: documentId },
      ip: by.ip,
      details: { versionId },
    });
  }
  return { documentId };
}

/** Nobody wants to answer it; it goes on being counted. @throws AppError `gap.not_found`; `gap.closed` */
export async function ignoreGap(tx: TenantTransaction, gapId: GapId): Promise<void> {
  await lockGap(tx, gapId);
  await tx.update(gaps).set({ state: "ignored" }).where(eq(gaps.id, gapId));
  await announce(tx, { type: "gaps.changed" });
}

/** Takes back that it was ignored or closed; a published article stays in the knowledge. @throws AppError `gap.not_found` */
export async function reopenGap(tx: TenantTransaction, gapId: GapId): Promise<void> {
  const { draft } = await lockGap(tx, gapId, { evenClosed: true });
  const state = draft ? "drafted" : "open";
  await tx.update(gaps).set({ state, publishedAt: null }).where(eq(gaps.id, gapId));
  await announce(tx, { type: "gaps.changed" });
}

/** The source of entries that are written here. */
async function ensureSource(tx: TenantTransaction): Promise<void> {
  const isIt = and(eq(sources.name, sourceName), isNull(sources.removedAt));
  if ((await tx.$count(sources, isIt)) > 0) return;
  const id = SourceId.parse(randomUUID());
  const [made] = await tx
    .insert(sources)
    .values({ id, name: sourceName, kind: "written" })
    .onConflictDoNothing()
    .returning({ id: sources.id });
  if (made) await announce(tx, { type: "source.changed", sourceId: id });
}
