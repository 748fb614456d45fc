import type { ContactId, Conversation, ConversationId, RunId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { conversations, members, runs } from "@parley/db/schema";
import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";

export type ConversationRow = typeof conversations.$inferSelect & {
  assigneeName: string | null;
};

/** Whose conversation it must be; without a contact, any of the tenant's. */
type Owner = { contactId?: ContactId | undefined };

const columns = {
  ...getTableColumns(conversations),
  assigneeName: members.name,
};
const matches = (id: ConversationId | SQL<ConversationId>, { contactId }: Owner) =>
  and(eq(conversations.id, id), contactId && eq(conversations.contactId, contactId));
const assignee = and(eq(members.tenantId, conversations.tenantId), eq(members.id, conversations.assigneeId));

/** The conversation, held until the transaction ends: one change at a time, so `seq` has no holes and owners no races. */
export async function lockConversation(
  tx: TenantTransaction,
  id: ConversationId | SQL<ConversationId>,
  owner: Owner = {},
): Promise<ConversationRow | undefined> {
  // The assignee is looked up below the lock: of a conversation that was waited for, a join beside it sees the old one.
  const locked = tx.select().from(conversations).where(matches(id, owner)).for("update").as("locked");
  const [row] = await tx
    .select()
    .from(locked)
    .leftJoin(members, and(eq(members.tenantId, locked.tenantId), eq(members.id, locked.assigneeId)));
  return row && { ...row.locked, assigneeName: row.members?.name ?? null };
}

/** Which conversation a run belongs to: that never changes, so that it is looked up in the statement that locks it. */
export const conversationOfRun = (runId: RunId): SQL<ConversationId> =>
  sql`(select ${runs.conversationId} from ${runs} where ${runs.id} = ${runId})`;

/** The conversation as it is now. */
export async function findConversation(
  db: Parameters<Parameters<Database["read"]>[1]>[0],
  id: ConversationId,
  owner: Owner = {},
): Promise<ConversationRow | undefined> {
  const [row] = await db.select(columns).from(conversations).leftJoin(members, assignee).where(matches(id, owner));
  return row;
}

/** The conversation as both sides may see it. */
export function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    contactId: row.contactId,
    status: row.status,
    ownershipEpoch: row.ownershipEpoch,
    assignee: row.assigneeId && {
      id: row.assigneeId,
      name: row.assigneeName ?? "",
    },
    lastSeq: row.lastSeq,
    createdAt: row.createdAt.toISOString(),
  };
}
