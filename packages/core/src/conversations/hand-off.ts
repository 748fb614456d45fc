import type { ContactId, Conversation, ConversationId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { AppError } from "../app-error.ts";
import { changeOwner } from "./advance.ts";
import { lockConversation, toConversation } from "./conversation-rows.ts";

/**
 * The contact asks for a person: the assistant steps back at once and the conversation waits for a member. Asking again, or while a
 * member has it, changes nothing.
 *
 * @throws AppError `conversation.not_found`
 */
export async function handOff(
  tx: TenantTransaction,
  contactId: ContactId,
  conversationId: ConversationId,
): Promise<Conversation> {
  const conversation = await lockConversation(tx, conversationId, {
    contactId,
  });
  if (!conversation) throw new AppError("conversation.not_found");
  if (conversation.status === "open" || conversation.status === "snoozed") return toConversation(conversation);
  return toConversation(await changeOwner(tx, conversation, toMembers));
}

const toMembers = { status: "open", assigneeId: null, notice: "handed_off", by: null } as const;

/** The assistant gives the conversation to the members, unless they have it. */
export async function stepBack(tx: TenantTransaction, conversationId: ConversationId): Promise<void> {
  const conversation = await lockConversation(tx, conversationId);
  if (conversation?.status === "pending") await changeOwner(tx, conversation, toMembers);
}
