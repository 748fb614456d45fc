import { randomUUID } from "node:crypto";
import { type Citation, type MemberId, type Message, MessageId, type Notice } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { conversations, members, messages, runs } from "@parley/db/schema";
import { and, eq, inArray, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { type ConversationRow, toConversation } from "./conversation-rows.ts";
import { toMessage } from "./message-rows.ts";

type NewMessage = Omit<typeof messages.$inferInsert, "tenantId" | "conversationId" | "seq" | "createdAt">;

/**
 * Adds a message to a locked conversation under the next `seq`, and announces `message.created`.
 *
 * @param message.citations what the message cites, stored by whoever calls
 * @returns the message, and the conversation as it is now
 * @throws AppError `message.id_taken`
 */
export async function appendMessage(
  tx: TenantTransaction,
  conversation: ConversationRow,
  {
    authorName = null,
    citations = [],
    ...message
  }: NewMessage & { authorName?: string | null; citations?: Citation[] },
): Promise<{ message: Message; conversation: ConversationRow }> {
  const seq = conversation.lastSeq + 1;
  const [row] = await tx
    .insert(messages)
    // Not when the transaction began: it may have waited for the message before this one.
    .values({ ...message, conversationId: conversation.id, seq, createdAt: sql`clock_timestamp()` })
    .onConflictDoNothing({ target: [messages.tenantId, messages.id] })
    .returning();
  // Another conversation's message took the id since the caller looked for it.
  if (!row) throw new AppError("message.id_taken");
  await tx
    .update(conversations)
    .set({ lastSeq: seq, lastMessageAt: row.createdAt })
    .where(eq(conversations.id, conversation.id));

  const now = { ...conversation, lastSeq: seq, lastMessageAt: row.createdAt };
  const stored = toMessage(row, authorName, citations);
  await announce(tx, {
    type: "message.created",
    message: stored,
    conversation: toConversation(now),
  });
  return { message: stored, conversation: now };
}

/**
 * Gives a locked conversation another owner. The ownership epoch rises, so that whatever was begun under the old one is void; the
 * runs that were due or under way are discarded. Announces `conversation.changed`, and the notice as a message.
 *
 * @param change.by the member who caused it; null when it was the contact or the assistant
 */
export async function changeOwner(
  tx: TenantTransaction,
  conversation: ConversationRow,
  change: {
    status: ConversationRow["status"];
    assigneeId: MemberId | null;
    notice?: Notice;
    by: MemberId | null;
  },
): Promise<ConversationRow> {
  const { status, assigneeId } = change;
  const [row] = await tx
    .update(conversations)
    .set({
      status,
      assigneeId,
      ownershipEpoch: sql`${conversations.ownershipEpoch} + 1`,
    })
    .where(eq(conversations.id, conversation.id))
    .returning();
  if (!row) throw new Error("a locked conversation is gone");
  await tx
    .update(runs)
    .set({
      status: "discarded",
      reason: "the conversation changed hands",
      finishedAt: sql`now()`,
      leaseUntil: null,
    })
    .where(and(eq(runs.conversationId, conversation.id), inArray(runs.status, ["queued", "running"])));

  const [by] = change.by ? await tx.select({ name: members.name }).from(members).where(eq(members.id, change.by)) : [];
  const [assignee] =
    assigneeId && assigneeId !== change.by
      ? await tx.select({ name: members.name }).from(members).where(eq(members.id, assigneeId))
      : [by];
  const changed = {
    ...row,
    assigneeName: assigneeId ? (assignee?.name ?? null) : null,
  };
  await announce(tx, {
    type: "conversation.changed",
    conversation: toConversation(changed),
  });
  if (!change.notice) return changed;
  const added = await appendMessage(tx, changed, {
    id: MessageId.parse(randomUUID()),
    author: "system",
    notice: change.notice,
    memberId: change.by,
    authorName: by?.name ?? null,
    text: "",
  });
  return added.conversation;
}
