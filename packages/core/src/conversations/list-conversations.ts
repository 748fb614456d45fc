import type { ContactId, Conversation, ConversationStatus, MemberId, Message, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { contacts, conversations, members, messages } from "@parley/db/schema";
import { and, desc, eq, getTableColumns, isNull, ne, type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { toConversation } from "./conversation-rows.ts";

/** Views of the inbox: what the assistant has, what waits for a person, what is mine, everything. */
export const ConversationView = z.enum(["assistant", "waiting", "mine", "all"]);
export type ConversationView = z.infer<typeof ConversationView>;

/** A line of the inbox. */
export type ConversationSummary = Conversation & {
  contactName: string | null;
  lastMessageAt: string;
  lastMessage: Pick<Message, "text" | "author" | "createdAt"> | null;
};

const pageSize = 30;
/** Where a page of conversations ended. */
export const ConversationCursor = z
  .templateLiteral([z.iso.datetime({ precision: 6 }), " ", z.uuid()])
  .refine((cursor) => /^[12]/.test(cursor)); // the database has no year 0

const inView = (view: ConversationView, memberId: MemberId | undefined): SQL | undefined => {
  const { status, assigneeId } = conversations;
  switch (view) {
    case "assistant":
      return eq(status, "pending");
    case "waiting":
      return and(eq(status, "open"), isNull(assigneeId));
    case "mine":
      return memberId ? and(eq(status, "open"), eq(assigneeId, memberId)) : sql`false`;
    case "all":
      return undefined;
  }
};

/**
 * One page of the inbox, newest message first. Conversations in which nothing was said yet are left out.
 *
 * @param request.memberId whose "mine" is; for that view alone
 * @param request.status only those
 * @param request.cursor `nextCursor` of the page before; an unreadable one begins at the top
 */
export async function listConversations(
  db: Database,
  tenantId: TenantId,
  request: {
    view: ConversationView;
    memberId?: MemberId;
    status?: ConversationStatus | undefined;
    cursor?: string | undefined;
    limit?: number;
  },
): Promise<{
  conversations: ConversationSummary[];
  nextCursor: string | null;
}> {
  const lastMessage = sql<ConversationSummary["lastMessage"]>`(
    select json_build_object('text', left(${messages.text}, 200), 'author', ${messages.author},
      'createdAt', to_char(${messages.createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    from ${messages}
    where ${messages.tenantId} = ${conversations.tenantId} and ${messages.conversationId} = ${conversations.id}
      and ${messages.author} <> 'system'
    order by ${messages.seq} desc limit 1
  )`;
  // A timestamp has microseconds, a JavaScript date has not: the cursor is made by the database.
  const cursor = sql<string>`to_char(${conversations.lastMessageAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || ' ' || ${conversations.id}`;
  const { limit = pageSize } = request;
  const [at, id] = ConversationCursor.safeParse(request.cursor).data?.split(" ") ?? [];
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        ...getTableColumns(conversations),
        assigneeName: members.name,
        contactName: contacts.name,
        lastMessage,
        cursor,
      })
      .from(conversations)
      .innerJoin(contacts, and(eq(contacts.tenantId, conversations.tenantId), eq(contacts.id, conversations.contactId)))
      .leftJoin(members, and(eq(members.tenantId, conversations.tenantId), eq(members.id, conversations.assigneeId)))
      .where(
        and(
          inView(request.view, request.memberId),
          request.status && eq(conversations.status, request.status),
          ne(conversations.lastSeq, 0),
          at && id
            ? sql`(${conversations.lastMessageAt}, ${conversations.id}) < (${at}::timestamptz, ${id}::uuid)`
            : undefined,
        ),
      )
      .orderBy(desc(conversations.lastMessageAt), desc(conversations.id))
      .limit(limit + 1),
  );
  const page = rows.slice(0, limit);
  return {
    conversations: page.map((row) => ({
      ...toConversation(row),
      contactName: row.contactName,
      lastMessageAt: row.lastMessageAt.toISOString(),
      lastMessage: row.lastMessage,
    })),
    nextCursor: rows.length > limit ? (page.at(-1)?.cursor ?? null) : null,
  };
}

/** How many conversations each view but `all` holds. */
export async function countConversations(db: Database, tenantId: TenantId, memberId: MemberId) {
  const countIf = (view: ConversationView) =>
    sql<number>`count(*) filter (where ${inView(view, memberId)} and ${conversations.lastSeq} > 0)`.mapWith(Number);
  const [counts] = await db.read(tenantId, (read) =>
    read
      .select({
        assistant: countIf("assistant"),
        waiting: countIf("waiting"),
        mine: countIf("mine"),
      })
      .from(conversations),
  );
  return counts ?? { assistant: 0, waiting: 0, mine: 0 };
}

/** The contact's own conversations, newest first, 20 at most. */
export async function listOwnConversations(
  db: Database,
  tenantId: TenantId,
  contactId: ContactId,
): Promise<Conversation[]> {
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ ...getTableColumns(conversations), assigneeName: members.name })
      .from(conversations)
      .leftJoin(members, and(eq(members.tenantId, conversations.tenantId), eq(members.id, conversations.assigneeId)))
      .where(eq(conversations.contactId, contactId))
      .orderBy(desc(conversations.lastMessageAt), desc(conversations.id))
      .limit(20),
  );
  return rows.map(toConversation);
}
