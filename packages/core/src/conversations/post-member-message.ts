import type { ConversationId, MemberId, Message, MessageId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { AppError } from "../app-error.ts";
import { appendMessage } from "./advance.ts";
import { lockConversation } from "./conversation-rows.ts";
import { findMessage } from "./message-rows.ts";

/**
 * Stores what a member says to the contact and announces `message.created`. Only the assignee may speak. The client chooses the
 * id: a retry returns the stored message and announces nothing, also when the conversation has changed hands meanwhile.
 *
 * @throws AppError `conversation.not_found`, `conversation.not_owned`; `message.id_taken` when that id names another message
 */
export async function postMemberMessage(
  tx: TenantTransaction,
  member: { memberId: MemberId; name: string },
  input: { id: MessageId; conversationId: ConversationId; text: string },
): Promise<Message> {
  const conversation = await lockConversation(tx, input.conversationId);
  if (!conversation) throw new AppError("conversation.not_found");

  const known = await findMessage(tx, input.id);
  if (known) {
    const isTheirs = known.author === "member" && known.memberId === member.memberId;
    const same = isTheirs && known.conversationId === conversation.id && known.text === input.text;
    if (!same) throw new AppError("message.id_taken");
    return known;
  }
  if (conversation.status !== "open" || conversation.assigneeId !== member.memberId) {
    throw new AppError("conversation.not_owned");
  }

  const { message } = await appendMessage(tx, conversation, {
    id: input.id,
    author: "member",
    memberId: member.memberId,
    authorName: member.name,
    text: input.text,
  });
  return message;
}
