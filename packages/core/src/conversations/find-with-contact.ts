import type { ConversationId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { contacts, conversations, members } from "@parley/db/schema";
import { and, eq, getTableColumns } from "drizzle-orm";
import { toConversation } from "./conversation-rows.ts";
import type { ConversationSummary } from "./list-conversations.ts";

/** One conversation as a list of them shows it, without its last message. */
export async function findWithContact(
  db: Database,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<Omit<ConversationSummary, "lastMessage"> | undefined> {
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({ ...getTableColumns(conversations), assigneeName: members.name, contactName: contacts.name })
      .from(conversations)
      .innerJoin(contacts, and(eq(contacts.tenantId, conversations.tenantId), eq(contacts.id, conversations.contactId)))
      .leftJoin(members, and(eq(members.tenantId, conversations.tenantId), eq(members.id, conversations.assigneeId)))
      .where(eq(conversations.id, conversationId)),
  );
  if (!row) return undefined;
  return { ...toConversation(row), contactName: row.contactName, lastMessageAt: row.lastMessageAt.toISOString() };
}
