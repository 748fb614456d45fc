import type { SocketCaller } from "@parley/auth";
import { type ConversationId, limits, type MessagePage } from "@parley/contracts";
import type { Database } from "@parley/db";
import { AppError } from "../app-error.ts";
import { listMessages } from "./list-messages.ts";

/**
 * What a socket gets when it subscribes to a conversation: its state, and the messages after the last `seq` that the client has.
 * A contact may see their own conversations, a member all of the tenant's.
 *
 * @returns undefined when there is no such conversation or the caller may not see it: the two can't be told apart
 */
export async function resumeConversation(
  db: Database,
  caller: SocketCaller,
  conversationId: ConversationId,
  after: number,
): Promise<MessagePage | undefined> {
  const contactId = caller.kind === "contact" ? caller.contactId : undefined;
  try {
    const limit = limits.replayedMessages;
    return await listMessages(db, caller.tenantId, {
      conversationId,
      contactId,
      after,
      limit,
    });
  } catch (error) {
    if (error instanceof AppError && error.code === "conversation.not_found") return undefined;
    throw error;
  }
}
