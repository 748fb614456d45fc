import type { ConversationId, MessageId, TenantId, Vote } from "@parley/contracts";
import type { Database } from "@parley/db";
import { conversations, messages, messageVotes } from "@parley/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/** What the contact says of the answers in the conversation. @throws AppError `conversation.not_found` */
export async function listVotes(
  db: Database,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<{ messageId: MessageId; vote: Vote }[]> {
  const { messageId, vote } = messageVotes;
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        votes: sql<{ messageId: MessageId; vote: Vote }[]>`
          coalesce(json_agg(json_build_object('messageId', ${messageId}, 'vote', ${vote})) filter (where ${vote} is not null), '[]')`,
      })
      .from(conversations)
      .leftJoin(
        messages,
        and(eq(messages.tenantId, conversations.tenantId), eq(messages.conversationId, conversations.id)),
      )
      .leftJoin(messageVotes, and(eq(messageVotes.tenantId, messages.tenantId), eq(messageId, messages.id)))
      .where(eq(conversations.id, conversationId))
      .groupBy(conversations.id),
  );
  if (!row) throw new AppError("conversation.not_found");
  return row.votes;
}
