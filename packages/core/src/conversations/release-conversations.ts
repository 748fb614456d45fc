import type { MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { conversations, runs } from "@parley/db/schema";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import { toConversation } from "./conversation-rows.ts";

/**
 * Lets the member's conversations wait for a colleague; a snoozed one wakes for it, a resolved one rests. Nothing is said in them.
 * Announces `conversation.changed` for each. `takeOver` and this can't miss each other: both hold the member's row.
 */
export async function releaseConversations(tx: TenantTransaction, memberId: MemberId): Promise<void> {
  const theirs = and(eq(conversations.assigneeId, memberId), inArray(conversations.status, ["open", "snoozed"]));
  const held = tx.select({ id: conversations.id }).from(conversations).where(theirs).orderBy(asc(conversations.id));
  const ids = (await held.for("update")).map(({ id }) => id);
  if (ids.length === 0) return;
  const released = await tx
    .update(conversations)
    .set({ status: "open", assigneeId: null, ownershipEpoch: sql`${conversations.ownershipEpoch} + 1` })
    .where(inArray(conversations.id, ids))
    .returning();
  await tx
    .update(runs)
    .set({ status: "discarded", reason: "the conversation changed hands", finishedAt: sql`now()`, leaseUntil: null })
    .where(and(inArray(runs.conversationId, ids), inArray(runs.status, ["queued", "running"])));
  for (const row of released) {
    await announce(tx, { type: "conversation.changed", conversation: toConversation({ ...row, assigneeName: null }) });
  }
}
