import { createHash, randomUUID } from "node:crypto";
import { type AnswerOutcome, type Citation, type Message, MessageId, type RunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { citations, documents, documentVersions, runPassages, runs } from "@parley/db/schema";
import { asc, eq, inArray, sql } from "drizzle-orm";
import { appendMessage } from "./advance.ts";
import { conversationOfRun, lockConversation } from "./conversation-rows.ts";
import { announceNextRun } from "./queue-answer.ts";
import { type Attempt, recordAttempts } from "./record-attempts.ts";
import { recordToolCalls, type ToolCallRow } from "./record-tool-calls.ts";

/** A numbered place in a version of a document. */
export type CitedSpan = Citation & { text: string };

export type Reply = {
  runId: RunId;
  /** Of the claim that did the work: who lost the lease can't write. */
  leaseToken: string;
  text: string;
  outcome: AnswerOutcome;
  /** What `[1]`, `[2]` … in the text stand for; `text` is the cited span's. */
  citations: CitedSpan[];
  /** What the answerer was given. */
  passages: Omit<typeof runPassages.$inferInsert, "tenantId" | "runId">[];
  /** The receipt, without what the answer took: the ledger tells that. */
  receipt: Pick<typeof runs.$inferSelect, "answerer" | "model" | "budgetStep" | "reason" | "firstWordsAt" | "route">;
  /** What was asked of the tenant's own server, in order. */
  toolCalls: readonly ToolCallRow[];
  /** Who was asked. */
  attempts: readonly Attempt[];
};

/**
 * Stores the assistant's reply with its citations and finishes its run: both or neither. When the conversation has changed hands
 * since the run was queued, its receipt alone is written, and by a run that lost its lease nothing at all. A passage that was not cited and
 * whose document is gone by now is left out of the receipt.
 *
 * @throws when a document that it cites was removed meanwhile: another reply has to be found
 */
export async function postReply(tx: TenantTransaction, reply: Reply): Promise<Message | "discarded"> {
  // The conversation before the run, as everywhere: two locks in one order can't deadlock.
  const conversation = await lockConversation(tx, conversationOfRun(reply.runId));
  const [run] = await tx.select().from(runs).where(eq(runs.id, reply.runId)).for("update");
  if (!conversation || !run) return "discarded";
  await recordAttempts(tx, run.id, reply.attempts);
  await recordToolCalls(tx, run.id, reply.toolCalls);
  if (run.leaseToken !== reply.leaseToken) return "discarded";

  // Whoever changes the owner discards the run; what it took is accounted for all the same.
  const voided = run.status === "discarded" || conversation.ownershipEpoch !== run.ownershipEpoch;
  await tx
    .update(runs)
    .set({
      ...reply.receipt,
      status: voided ? "discarded" : reply.outcome,
      ...(voided && { reason: "the conversation changed hands" }),
      leaseUntil: null,
      leaseToken: null,
      finishedAt: sql`now()`,
    })
    .where(eq(runs.id, run.id));
  const { given, isCitedGone } = await holdVersions(tx, reply);
  if (given.length > 0) {
    await tx.insert(runPassages).values(given.map((passage) => ({ ...passage, runId: run.id })));
  }
  if (voided) return "discarded";
  if (isCitedGone) throw new Error("a document that the reply cites was removed meanwhile");

  const id = MessageId.parse(randomUUID());
  const { message } = await appendMessage(tx, conversation, {
    id,
    author: "assistant",
    runId: run.id,
    text: reply.text,
    outcome: reply.outcome,
    citations: reply.citations.map(({ text: _, ...citation }) => citation),
  });
  if (reply.citations.length > 0) {
    await tx.insert(citations).values(
      reply.citations.map(({ number, documentVersionId, chunkId, headingPath, start, end, text }) => ({
        messageId: id,
        number,
        documentVersionId,
        chunkId,
        headingPath,
        startOffset: start,
        endOffset: end,
        quoteSha256: createHash("sha256").update(text).digest("hex"),
      })),
    );
  }
  await announceNextRun(tx, conversation.id);
  return message;
}

/** What the reply points to stays to the end of the transaction. @returns the passages whose version is still there */
async function holdVersions(tx: TenantTransaction, { passages, citations: cited }: Reply) {
  const pointedTo = [...new Set([...passages, ...cited].map(({ documentVersionId }) => documentVersionId))];
  if (pointedTo.length === 0) return { given: [], isCitedGone: false };
  const { id, documentId } = documentVersions;
  const isIt = inArray(id, pointedTo);
  await tx.select({ id }).from(documentVersions).where(isIt).orderBy(asc(id)).for("key share");
  // Asked only then: of a document that was removed before, also if it is back, the text may be gone by now.
  const isGone = sql<boolean>`${documents.removedAt} is not null or ${documentVersions.content} = ''`;
  const there = await tx
    .select({ id, isGone })
    .from(documentVersions)
    .innerJoin(documents, eq(documents.id, documentId))
    .where(isIt);
  const goneBy = new Map(there.map((version) => [version.id, version.isGone]));
  return {
    given: passages.filter(({ documentVersionId }) => goneBy.has(documentVersionId)),
    isCitedGone: cited.some(({ documentVersionId }) => goneBy.get(documentVersionId) !== false),
  };
}
