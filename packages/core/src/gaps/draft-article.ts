import type { GapDraft, GapId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { gaps } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import { lockGap } from "./gap-rows.ts";

/** What one article takes of a person's messages, in UTF-16 code units. */
const longestAnswer = 20_000;

/**
 * Begins an article from what a person answered: the gap's question, and what members wrote in the newest of its conversations in which
 * one did, after the question and before the contact went on to something else. Nothing is added to their words; where nobody has
 * answered, the answer is empty. What was drafted before is written over.
 *
 * @throws AppError `gap.not_found`; `gap.closed`
 */
export async function draftArticle(tx: TenantTransaction, gapId: GapId): Promise<GapDraft> {
  const { question } = await lockGap(tx, gapId);
  const { rows } = await tx.execute<{ text: string }>(sql`
    with replies as (
      select q.message_id, q.asked_at, m.seq, m.text
      from gap_questions q
        join messages asked on asked.id = q.message_id
        join messages m on m.conversation_id = asked.conversation_id and m.seq > asked.seq and m.author = 'member'
      where q.gap_id = ${gapId} and not exists (
        -- a question that the assistant was asked after it, and before the reply
        select from runs r join messages other on other.id = r.question_id
        where other.conversation_id = asked.conversation_id and other.seq > asked.seq and other.seq < m.seq
      )
    )
    select text from replies
    where message_id = (select message_id from replies order by asked_at desc, message_id limit 1)
    order by seq
  `);
  const answer = rows
    .map(({ text }) => text)
    .join("\n\n")
    .slice(0, longestAnswer);
  const draft = { question: question.split("\n").at(-1) ?? question, answer };
  await saveDraft(tx, { gapId, draft });
  return draft;
}

/** Keeps the article as far as it is written. @throws AppError `gap.not_found`; `gap.closed` */
export async function saveDraft(
  tx: TenantTransaction,
  { gapId, draft }: { gapId: GapId; draft: GapDraft },
): Promise<void> {
  await lockGap(tx, gapId);
  await tx.update(gaps).set({ draft, state: "drafted" }).where(eq(gaps.id, gapId));
  await announce(tx, { type: "gaps.changed" });
}
