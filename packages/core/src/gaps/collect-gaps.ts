import type { ConversationId, MessageId, TenantId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { gapQuestions, gaps, messages } from "@parley/db/schema";
import { and, desc, eq, lt, ne, sql } from "drizzle-orm";
import { inContext } from "../assistant/in-context.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { toVectorText } from "../knowledge/vector-text.ts";
import { announce } from "../outbox/announce.ts";

/**
 * From this cosine on two questions ask the same. Of the built-in embedder, paraphrases of one question lie above it, and questions of
 * one subject that want different things below.
 */
const sameQuestion = 0.7;
/** Questions, or gaps, that are read at a time. */
const atOnce = 200;
/** Messages before a question that it may go on from. */
const lookBack = 6;

type Reason = (typeof gapQuestions.$inferSelect)["reason"];
type Signal = {
  messageId: MessageId;
  conversationId: ConversationId;
  seq: number;
  text: string;
  askedAt: string;
  reason: Reason;
};

/**
 * Puts the questions that were not answered, were handed to a person or were voted down into gaps, each with those that ask the same.
 * What was voted down and is no more leaves its gap. May be called as often as one likes: a question counts once.
 *
 * Gaps are made by leader clustering (J. A. Hartigan, Clustering Algorithms, 1975, chapter 3): the questions come in the order in which
 * they were asked; each joins the gap whose first question is nearest to it, by the cosine of their embeddings, or begins a gap of its own
 * where none is near enough. So a question never changes its gap, and the same questions in the same order make the same gaps.
 *
 * @throws when the database or the embedder is out of reach, or the signal's reason; then it may be tried again
 */
export async function collectGaps(
  { db, embedder }: { db: Database; embedder: Embedder },
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<void> {
  await withdraw(db, tenantId);
  await embedAnew({ db, embedder }, tenantId, signal);
  for (;;) {
    const signals = await listSignals(db, tenantId);
    for (const question of signals) {
      signal.throwIfAborted();
      const meant = await understand(db, tenantId, question);
      const [vector] = await embedder.embed([meant]);
      if (!vector) throw new Error("the embedder returned no vector");
      await db.transaction(tenantId, (tx) => add(tx, question, { meant, vector: toVectorText(vector) }, embedder));
    }
    if (signals.length < atOnce) return;
  }
}

/** What a vote alone brought here, and the contact has taken back. */
async function withdraw(db: Database, tenantId: TenantId): Promise<void> {
  await db.transaction(tenantId, async (tx) => {
    const { rowCount } = await tx.execute(sql`
      delete from gap_questions q where q.reason = 'voted_down' and not exists (
        select from message_votes v join messages m on m.id = v.message_id join runs r on r.id = m.run_id
        where v.vote = 'down' and r.question_id = q.message_id)
    `);
    if (!rowCount) return;
    await tx.execute(sql`
      delete from gaps g where g.state = 'open' and not exists (select from gap_questions q where q.gap_id = g.id)
    `);
    await announce(tx, { type: "gaps.changed" });
  });
}

/** Vectors of two embedders can't be compared. */
async function embedAnew(
  { db, embedder }: { db: Database; embedder: Embedder },
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<void> {
  const { id, question, embedderId } = gaps;
  for (;;) {
    const stale = await db.read(tenantId, (read) =>
      read.select({ id, question }).from(gaps).where(ne(embedderId, embedder.id)).limit(atOnce),
    );
    for (const gap of stale) {
      signal.throwIfAborted();
      const [vector] = await embedder.embed([gap.question]);
      if (!vector) throw new Error("the embedder returned no vector");
      await db.transaction(tenantId, (tx) =>
        tx.update(gaps).set({ embedderId: embedder.id, embedding: vector }).where(eq(id, gap.id)),
      );
    }
    if (stale.length < atOnce) return;
  }
}

/**
 * What is in no gap yet, in the order in which it was asked. What nobody tried to answer, since the budget was spent, says nothing about
 * the knowledge.
 */
async function listSignals(db: Database, tenantId: TenantId): Promise<Signal[]> {
  const { rows } = await db.read(tenantId, (read) =>
    read.execute<Signal>(sql`
      with answers as (
        select r.question_id, m.outcome as reason
        from messages m join runs r on r.id = m.run_id where m.outcome in ('unknown', 'failed')
        union all
        select r.question_id, 'voted_down'
        from message_votes v join messages m on m.id = v.message_id join runs r on r.id = m.run_id where v.vote = 'down'
      ), handed_off as (
        select (
          select q.id from messages q
          where q.conversation_id = n.conversation_id and q.author = 'contact' and q.seq < n.seq
          order by q.seq desc limit 1
        ) as question_id, 'handed_off' as reason
        from messages n where n.notice = 'handed_off'
      ), found as (
        select question_id, min(reason) as reason
        from (select question_id, reason from answers union all select * from handed_off) as left_open
        where question_id is not null and not exists (
          select from runs r where r.question_id = left_open.question_id and r.budget_step = 'person'
        )
        group by question_id
      )
      select q.id as "messageId", q.conversation_id as "conversationId", q.seq, q.text, found.reason, q.created_at as "askedAt"
      from found join messages q on q.id = found.question_id
      where not exists (select from gap_questions known where known.message_id = q.id)
      order by q.created_at, q.id
      limit ${atOnce}
    `),
  );
  return rows;
}

/** The question as it was meant. */
async function understand(db: Database, tenantId: TenantId, { conversationId, seq, text }: Signal): Promise<string> {
  const before = await db.read(tenantId, (read) =>
    read
      .select({ author: messages.author, text: messages.text })
      .from(messages)
      .where(and(eq(messages.conversationId, conversationId), lt(messages.seq, seq), eq(messages.author, "contact")))
      .orderBy(desc(messages.seq))
      .limit(lookBack),
  );
  const history = before.flatMap((turn) =>
    turn.author === "contact" ? [{ author: turn.author, text: turn.text }] : [],
  );
  return inContext(text, history.reverse());
}

async function add(
  tx: TenantTransaction,
  { messageId, reason, askedAt }: Signal,
  { meant, vector }: { meant: string; vector: string },
  embedder: Embedder,
): Promise<void> {
  // One at a time, so that two that ask the same do not both begin a gap.
  await tx.execute(sql`select 1 from tenants for no key update`);
  const known = await tx.$count(gapQuestions, eq(gapQuestions.messageId, messageId));
  if (known > 0) return;
  const { rows } = await tx.execute<{ id: (typeof gaps.$inferSelect)["id"]; cosine: number }>(sql`
    select id, -(embedding <#> ${vector}::vector) as cosine from gaps
    where embedder_id = ${embedder.id}
    order by cosine desc, created_at, id limit 1
  `);
  const [nearest] = rows;
  const joined = nearest && nearest.cosine >= sameQuestion ? nearest.id : await begin(tx, meant, vector, embedder);
  await tx
    .insert(gapQuestions)
    .values({ messageId, gapId: joined, reason, question: meant, askedAt: sql`${askedAt}::timestamptz` });
  await announce(tx, { type: "gaps.changed" });
}

async function begin(tx: TenantTransaction, question: string, vector: string, embedder: Embedder) {
  const [made] = await tx
    .insert(gaps)
    .values({ question, embedderId: embedder.id, embedding: sql`${vector}::vector` })
    .returning({ id: gaps.id });
  if (!made) throw new Error("an insert returned no row");
  return made.id;
}
