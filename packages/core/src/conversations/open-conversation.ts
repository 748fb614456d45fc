import type { ContactId, Conversation, ConversationId, InboxId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { contacts, conversations } from "@parley/db/schema";
import { AppError } from "../app-error.ts";
import { findConversation, toConversation } from "./conversation-rows.ts";

/**
 * Opens a conversation under the id that the client chose; opening it again returns it as it is. A contact is stored with their
 * first conversation: whoever only looks at a page leaves nothing behind.
 *
 * @throws AppError `conversation.id_taken` when that id names somebody else's
 */
export async function openConversation(
  tx: TenantTransaction,
  contact: { contactId: ContactId; inboxId: InboxId },
  id: ConversationId,
): Promise<Conversation> {
  await tx.insert(contacts).values({ id: contact.contactId, inboxId: contact.inboxId }).onConflictDoNothing();
  await tx
    .insert(conversations)
    .values({ id, inboxId: contact.inboxId, contactId: contact.contactId })
    .onConflictDoNothing();
  const row = await findConversation(tx, id, { contactId: contact.contactId });
  if (!row) throw new AppError("conversation.id_taken");
  return toConversation(row);
}
