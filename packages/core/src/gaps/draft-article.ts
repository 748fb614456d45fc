import { entryLimits, type GapDraft, type GapId, type SaveGapDraft } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { gapQuestions, gaps, messages } from "@parley/db/schema";
import { asc, desc, eq, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import { checkDraft, lockGap } from "./gap-rows.ts";

/**
 * Begins an article from what a person answered: the message that the gap began with, and what members wrote in the newest of its
 * conversations in which one did, after the question and before the contact went on: asked the assistant something else, or wrote again
 * when a member had replied. Nothing is added to their words; where nobody has answered, the answer is empty. What was drafted before is
 * written over.
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
        -- what the contact wrote after it, before the reply: to the assistant, or to a member who had replied already
        select from messages other
        where other.conversation_id = asked.conversation_id and other.author = 'contact'
          and other.seq > asked.seq and other.seq < m.seq and (
            exists (select from runs r where r.question_id = other.id)
            or exists (
              select from messages reply
              where reply.conversation_id = asked.conversation_id and reply.author = 'member'
                and reply.seq > asked.seq and reply.seq < other.seq
            )
          )
      )
    )
    select text from replies
    where message_id = (select message_id from replies order by asked_at desc, message_id limit 1)
    order by seq
  `);
  const answer = cut(rows.map(({ text }) => text).join("\n\n"), entryLimits.answer);
  // As it was meant, it begins with what was asked before it.
  const [first] = await tx
    .select({ text: messages.text })
    .from(gapQuestions)
    .innerJoin(messages, eq(messages.id, gapQuestions.messageId))
    .where(eq(gapQuestions.gapId, gapId))
    .orderBy(desc(eq(gapQuestions.question, question)), asc(gapQuestions.askedAt), asc(gapQuestions.messageId))
    .limit(1);
  const title = (first?.text ?? question).trim().replace(/\s+/g, " ");
  const draft = { question: cut(title, entryLimits.question), answer };
  return saveDraft(tx, { gapId, draft });
}

/** So many UTF-16 code units at most, and no half of a character. */
function cut(text: string, most: number): string {
  const kept = text.slice(0, most);
  return kept.isWellFormed() ? kept : kept.slice(0, -1).toWellFormed();
}

/**
 * Keeps the article as far as it is written.
 *
 * @returns the draft as it is kept
 * @throws AppError `gap.not_found`; `gap.closed`; `gap.draft_changed`
 */
export async function saveDraft(tx: TenantTransaction, { gapId, draft, basedOn }: SaveGapDraft): Promise<GapDraft> {
  checkDraft(await lockGap(tx, gapId), { draft, basedOn });
  await tx.update(gaps).set({ draft, state: "drafted" }).where(eq(gaps.id, gapId));
  await announce(tx, { type: "gaps.changed" });
  return draft;
}
