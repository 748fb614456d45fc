import type { DocumentId, GapId, SaveGapDraft } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { gaps } from "@parley/db/schema";
import { eq, isNotNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { saveArticle } from "../knowledge/save-article.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { checkDraft, lockGap } from "./gap-rows.ts";

/** Articles whose source a new one may come into. */
const fewArticles = 20;

/**
 * Adds the article to the knowledge, as an entry of its question and its answer, and closes the gap. Of a gap that was closed before it
 * is a newer version of the same entry.
 *
 * @throws AppError `gap.not_found`; `gap.draft_changed`; `gap.no_answer`; `source.too_many`; `auth.forbidden`
 */
export async function publishArticle(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  { gapId, draft, basedOn }: SaveGapDraft,
): Promise<{ documentId: DocumentId }> {
  await checkStillMay(tx, by, "knowledge.manage");
  const gap = await lockGap(tx, gapId, { evenClosed: true });
  checkDraft(gap, { draft, basedOn });
  const article = { question: draft.question.trim(), answer: draft.answer.trim() };
  if (!/[\p{L}\p{N}]/u.test(article.answer)) throw new AppError("gap.no_answer");
  const before = await tx
    .select({ documentId: gaps.documentId })
    .from(gaps)
    .where(isNotNull(gaps.documentId))
    .orderBy(sql`${gaps.publishedAt} desc nulls last`, gaps.id)
    .limit(fewArticles);
  const { documentId } = await saveArticle(tx, jobs, by, {
    ...article,
    path: `gaps/${gapId}`,
    documentId: gap.documentId,
    others: before.flatMap((other) => other.documentId ?? []),
  });
  await tx.update(gaps).set({ draft, documentId, state: "closed", publishedAt: sql`now()` }).where(eq(gaps.id, gapId));
  await announce(tx, { type: "gaps.changed" });
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
