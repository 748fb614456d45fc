import type { Conversation, ConversationId, MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { AppError } from "../app-error.ts";
import { changeOwner } from "./advance.ts";
import { lockConversation, toConversation } from "./conversation-rows.ts";

/**
 * Gives the conversation to the member, from the assistant or from a colleague. From here on nothing of the assistant is said: its
 * run is discarded, and what it already streams belongs to an older ownership epoch. Taking over what is one's own changes nothing.
 *
 * @throws AppError `conversation.not_found`
 */
export async function takeOver(
  tx: TenantTransaction,
  memberId: MemberId,
  conversationId: ConversationId,
): Promise<Conversation> {
  const conversation = await lockConversation(tx, conversationId);
  if (!conversation) throw new AppError("conversation.not_found");
  if (conversation.status === "open" && conversation.assigneeId === memberId) return toConversation(conversation);
  const change = {
    status: "open",
    assigneeId: memberId,
    notice: "taken_over",
    by: memberId,
  } as const;
  return toConversation(await changeOwner(tx, conversation, change));
}
