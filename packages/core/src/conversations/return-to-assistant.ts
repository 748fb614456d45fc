import type { Conversation, ConversationId, MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { messages } from "@parley/db/schema";
import { and, desc, eq, ne } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { changeOwner } from "./advance.ts";
import { lockConversation, toConversation } from "./conversation-rows.ts";
import { queueAnswer } from "./queue-answer.ts";

/**
 * Hands the conversation back to the assistant. When the contact said the last word, the assistant owes an answer to it.
 *
 * @throws AppError `conversation.not_found`
 */
export async function returnToAssistant(
  tx: TenantTransaction,
  memberId: MemberId,
  conversationId: ConversationId,
): Promise<Conversation> {
  const conversation = await lockConversation(tx, conversationId);
  if (!conversation) throw new AppError("conversation.not_found");
  if (conversation.status === "pending") return toConversation(conversation);

  const [last] = await tx
    .select({ id: messages.id, author: messages.author })
    .from(messages)
    .where(and(eq(messages.conversationId, conversationId), ne(messages.author, "system")))
    .orderBy(desc(messages.seq))
    .limit(1);
  const change = {
    status: "pending",
    assigneeId: null,
    notice: "returned",
    by: memberId,
  } as const;
  const returned = await changeOwner(tx, conversation, change);
  if (last?.author === "contact") await queueAnswer(tx, returned, last.id);
  return toConversation(returned);
}
