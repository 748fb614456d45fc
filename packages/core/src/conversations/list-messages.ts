import { type ContactId, type ConversationId, limits, type MessagePage, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { AppError } from "../app-error.ts";
import { findConversation, toConversation } from "./conversation-rows.ts";
import { listMessagesAfter } from "./message-rows.ts";

/**
 * A conversation and a page of its messages, in order of `seq`.
 *
 * @param request.contactId whose it must be; any of the tenant's when absent
 * @param request.after the last `seq` that is known already, 0 for none
 * @param request.limit messages at most
 * @throws AppError `conversation.not_found`
 */
export async function listMessages(
  db: Database,
  tenantId: TenantId,
  request: {
    conversationId: ConversationId;
    contactId?: ContactId | undefined;
    after: number;
    limit?: number;
  },
): Promise<MessagePage> {
  const { conversationId, contactId, after, limit = limits.messagePage } = request;
  const conversation = await db.read(tenantId, (read) => findConversation(read, conversationId, { contactId }));
  if (!conversation) throw new AppError("conversation.not_found");
  const found = await db.read(tenantId, (read) => listMessagesAfter(read, conversationId, after, limit + 1));
  return {
    conversation: toConversation(conversation),
    messages: found.slice(0, limit),
    complete: found.length <= limit,
  };
}
