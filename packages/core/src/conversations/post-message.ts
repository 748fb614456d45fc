import type { ContactId, ConversationId, Message, MessageId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { AppError } from "../app-error.ts";
import { appendMessage, changeOwner } from "./advance.ts";
import { lockConversation } from "./conversation-rows.ts";
import { findMessage } from "./message-rows.ts";
import { queueAnswer } from "./queue-answer.ts";

/**
 * Stores a contact's message and announces `message.created`; while the assistant has the conversation, an answer becomes due:
 * all of it or nothing. The client chooses the id: a retry returns the stored message and announces nothing. A resolved
 * conversation reopens with the assistant.
 *
 * @param onAnswerDue called before an answer becomes due; what it throws stops everything
 * @throws AppError `conversation.not_found`; `message.id_taken` when that id names another message
 */
export async function postMessage(
  tx: TenantTransaction,
  contactId: ContactId,
  input: { id: MessageId; conversationId: ConversationId; text: string },
  onAnswerDue: () => void = () => {},
): Promise<Message> {
  const locked = await lockConversation(tx, input.conversationId, {
    contactId,
  });
  if (!locked) throw new AppError("conversation.not_found");

  const known = await findMessage(tx, input.id);
  if (known) {
    const same = known.conversationId === locked.id && known.author === "contact" && known.text === input.text;
    if (!same) throw new AppError("message.id_taken");
    return known;
  }

  if (locked.status === "pending" || locked.status === "resolved") onAnswerDue();
  const reopened =
    locked.status === "resolved"
      ? await changeOwner(tx, locked, {
          status: "pending",
          assigneeId: null,
          by: null,
        })
      : locked;
  const { message, conversation } = await appendMessage(tx, reopened, {
    id: input.id,
    author: "contact",
    text: input.text,
  });
  if (conversation.status === "pending") await queueAnswer(tx, conversation, message.id);
  return message;
}
