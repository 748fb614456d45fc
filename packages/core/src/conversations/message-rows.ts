import type { Citation, ConversationId, Message, MessageId, Vote } from "@parley/contracts";
import type { Database } from "@parley/db";
import { citations, documents, documentVersions, members, messages, messageVotes } from "@parley/db/schema";
import { and, asc, eq, getTableColumns, gt, type SQL, sql } from "drizzle-orm";
import { verifiedAtOf } from "../knowledge/verified-at.ts";

type Queries = Parameters<Parameters<Database["read"]>[1]>[0];

// A message's citations, as one JSON value: a page of messages is one statement.
const citationsOfMessage = sql<Citation[]>`(
  select coalesce(json_agg(json_build_object(
    'number', ${citations.number},
    'documentId', ${documents.id},
    'documentVersionId', ${citations.documentVersionId},
    'chunkId', ${citations.chunkId},
    'title', ${documentVersions.title},
    'headingPath', ${citations.headingPath},
    'start', ${citations.startOffset},
    'end', ${citations.endOffset},
    'verifiedAt', ${verifiedAtOf(sql`${documentVersions}`)}
  ) order by ${citations.number}), '[]')
  from ${citations}
  join ${documentVersions} on ${documentVersions.tenantId} = ${citations.tenantId}
    and ${documentVersions.id} = ${citations.documentVersionId}
  join ${documents} on ${documents.tenantId} = ${documentVersions.tenantId}
    and ${documents.id} = ${documentVersions.documentId}
  where ${citations.tenantId} = ${messages.tenantId} and ${citations.messageId} = ${messages.id}
)`;

async function select(db: Queries, where: SQL | undefined, limit: number): Promise<Message[]> {
  const rows = await db
    .select({
      ...getTableColumns(messages),
      memberName: members.name,
      vote: messageVotes.vote,
      citations: citationsOfMessage,
    })
    .from(messages)
    .leftJoin(members, and(eq(members.tenantId, messages.tenantId), eq(members.id, messages.memberId)))
    .leftJoin(messageVotes, and(eq(messageVotes.tenantId, messages.tenantId), eq(messageVotes.messageId, messages.id)))
    .where(where)
    .orderBy(asc(messages.seq))
    .limit(limit);
  return rows.map((row) => toMessage(row, row.memberName, row.citations, row.vote));
}

/** A message as both sides may see it. */
export function toMessage(
  row: typeof messages.$inferSelect,
  authorName: string | null,
  messageCitations: Citation[],
  vote: Vote | null = null,
): Message {
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: row.seq,
    author: row.author,
    authorName,
    memberId: row.memberId,
    text: row.text,
    notice: row.notice,
    outcome: row.outcome,
    runId: row.runId,
    citations: messageCitations,
    vote,
    createdAt: row.createdAt.toISOString(),
  };
}

export async function findMessage(db: Queries, id: MessageId): Promise<Message | undefined> {
  const [message] = await select(db, eq(messages.id, id), 1);
  return message;
}

/** The messages after `after`, in order of `seq`; at most `limit`. */
export function listMessagesAfter(
  db: Queries,
  conversationId: ConversationId,
  after: number,
  limit: number,
): Promise<Message[]> {
  return select(db, and(eq(messages.conversationId, conversationId), gt(messages.seq, after)), limit);
}
