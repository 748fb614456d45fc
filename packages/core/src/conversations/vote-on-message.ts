import type { ContactId, ConversationId, MessageId, Vote } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { messages, messageVotes } from "@parley/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { lockConversation } from "./conversation-rows.ts";

/**
 * The contact says whether an answer of the assistant's helped them, says otherwise, or takes it back (null). The same again changes
 * nothing. Announces `message.voted`.
 *
 * @throws AppError `conversation.not_found`; `message.not_found` also when it is no answer of the assistant's
 */
export async function voteOnMessage(
  tx: TenantTransaction,
  contactId: ContactId,
  { conversationId, messageId, vote }: { conversationId: ConversationId; messageId: MessageId; vote: Vote | null },
): Promise<{ vote: Vote | null }> {
  if (!(await lockConversation(tx, conversationId, { contactId }))) throw new AppError("conversation.not_found");
  const [message] = await tx
    .select({ vote: messageVotes.vote })
    .from(messages)
    .leftJoin(messageVotes, eq(messageVotes.messageId, messages.id))
    .where(
      and(eq(messages.id, messageId), eq(messages.conversationId, conversationId), eq(messages.author, "assistant")),
    );
  if (!message) throw new AppError("message.not_found");
  if (message.vote === vote) return { vote };
  if (vote === null) {
    await tx.delete(messageVotes).where(eq(messageVotes.messageId, messageId));
  } else {
    await tx
      .insert(messageVotes)
      .values({ messageId, vote })
      .onConflictDoUpdate({
        target: [messageVotes.tenantId, messageVotes.messageId],
        set: { vote, votedAt: sql`now()` },
      });
  }
  await announce(tx, { type: "message.voted", conversationId, messageId, vote, before: message.vote });
  return { vote };
}
