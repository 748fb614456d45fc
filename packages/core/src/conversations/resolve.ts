import type { Conversation, ConversationId, MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { AppError } from "../app-error.ts";
import { changeOwner } from "./advance.ts";
import { lockConversation, toConversation } from "./conversation-rows.ts";

/**
 * Puts the conversation to rest; the contact's next message reopens it with the assistant. Resolving twice changes nothing.
 *
 * @throws AppError `conversation.not_found`
 */
export async function resolve(
  tx: TenantTransaction,
  memberId: MemberId,
  conversationId: ConversationId,
): Promise<Conversation> {
  const conversation = await lockConversation(tx, conversationId);
  if (!conversation) throw new AppError("conversation.not_found");
  if (conversation.status === "resolved") return toConversation(conversation);
  const change = {
    status: "resolved",
    assigneeId: conversation.assigneeId,
    notice: "resolved",
    by: memberId,
  } as const;
  return toConversation(await changeOwner(tx, conversation, change));
}
