import type { CitedQuote, KnowledgeTestId, MemberId, MessageId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { citations, documentVersions, knowledgeTests, messages, runs } from "@parley/db/schema";
import { and, asc, desc, eq, isNull, lt, ne, or, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { addTest } from "./add-test.ts";
import { quoteSha256 } from "./judge.ts";

/** Messages before the question that are kept with it. */
const historyMessages = 12;

/**
 * Makes a test of an answer: its question, with what was said before it, is to be answered from the same places from now on. Of an answer
 * that did not know, nobody has said yet what is right. An answer is one test, however often it is pinned.
 *
 * @returns the test
 * @throws AppError `message.not_found`; `test.no_answer` when it is no answer of the assistant's; those of `addTest`
 */
export async function pinAnswer(
  tx: TenantTransaction,
  createdBy: MemberId,
  { id, messageId }: { id: KnowledgeTestId; messageId: MessageId },
): Promise<{ testId: KnowledgeTestId }> {
  // One at a time, so that one of two who pin it together finds the other's test.
  await tx.execute(sql`select 1 from tenants for no key update`);
  const [pinned] = await tx
    .select({ testId: knowledgeTests.id })
    .from(knowledgeTests)
    .where(eq(knowledgeTests.messageId, messageId));
  if (pinned) return pinned;
  const [answer] = await tx
    .select({ message: messages, questionId: runs.questionId })
    .from(messages)
    .leftJoin(runs, eq(runs.id, messages.runId))
    .where(eq(messages.id, messageId));
  if (!answer) throw new AppError("message.not_found");
  const { message, questionId } = answer;
  if (message.author !== "assistant" || !questionId) throw new AppError("test.no_answer");
  const [question] = await tx
    .select({ seq: messages.seq, text: messages.text })
    .from(messages)
    .where(eq(messages.id, questionId));
  if (!question) throw new AppError("message.not_found");

  const before = await tx
    .select({ author: messages.author, text: messages.text })
    .from(messages)
    .where(
      and(
        eq(messages.conversationId, message.conversationId),
        or(lt(messages.seq, question.seq), and(eq(messages.author, "assistant"), lt(messages.seq, message.seq))),
        ne(messages.author, "system"),
        or(isNull(messages.outcome), ne(messages.outcome, "failed")),
      ),
    )
    .orderBy(desc(messages.seq))
    .limit(historyMessages);
  const history = before.flatMap(({ author, text }) => (author === "system" ? [] : [{ author, text }])).reverse();

  const isAnswer = message.outcome === "answered" || message.outcome === "partial";
  await addTest(tx, {
    id,
    question: question.text,
    history,
    messageId,
    expected: isAnswer ? { outcome: "answered", answer: message.text, citations: await quotesOf(tx, messageId) } : null,
    words: [],
    createdBy,
  });
  return { testId: id };
}

/** What the message cites, word by word. */
async function quotesOf(tx: TenantTransaction, messageId: MessageId): Promise<CitedQuote[]> {
  const { startOffset, endOffset } = citations;
  const rows = await tx
    .select({
      documentId: documentVersions.documentId,
      documentVersionId: documentVersions.id,
      title: documentVersions.title,
      headingPath: citations.headingPath,
      start: startOffset,
      end: endOffset,
      content: documentVersions.content,
    })
    .from(citations)
    .innerJoin(documentVersions, eq(documentVersions.id, citations.documentVersionId))
    .where(eq(citations.messageId, messageId))
    .orderBy(asc(citations.number));
  return rows.map(({ content, ...place }) => {
    // What is cited was read. Offsets count UTF-16 code units, which the database does not.
    const text = (content ?? "").slice(place.start, place.end);
    return { ...place, text, quoteSha256: quoteSha256(text) };
  });
}
