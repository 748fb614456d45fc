import type { ConversationId, MessageId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { runs } from "@parley/db/schema";
import { and, asc, eq, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import type { ConversationRow } from "./conversation-rows.ts";

/** Makes an answer to the message due; stored with the message, so that no crash can lose it. */
export async function queueAnswer(
  tx: TenantTransaction,
  conversation: ConversationRow,
  questionId: MessageId,
): Promise<void> {
  const [run] = await tx
    .insert(runs)
    .values({
      conversationId: conversation.id,
      questionId,
      ownershipEpoch: conversation.ownershipEpoch,
      // Not when the transaction began: it may have waited for the message before this one, which is answered first.
      createdAt: sql`clock_timestamp()`,
    })
    .returning({ id: runs.id });
  if (!run) throw new Error("an insert returned no row");
  await announce(tx, {
    type: "run.queued",
    runId: run.id,
    conversationId: conversation.id,
  });
}

/** Tells the workers of the conversation's oldest run that waits, if one does: they take one run of a conversation at a time. */
export async function announceNextRun(tx: TenantTransaction, conversationId: ConversationId): Promise<void> {
  const [next] = await tx
    .select({ id: runs.id })
    .from(runs)
    .where(and(eq(runs.conversationId, conversationId), eq(runs.status, "queued")))
    .orderBy(asc(runs.createdAt), asc(runs.id))
    .limit(1);
  if (next) await announce(tx, { type: "run.queued", runId: next.id, conversationId });
}
