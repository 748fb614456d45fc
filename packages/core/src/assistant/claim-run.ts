import { randomUUID } from "node:crypto";
import type { ConversationId, MessageId, RunId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { runs } from "@parley/db/schema";
import { and, eq, inArray, isNull, lt, notExists, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { conversationOfRun, lockConversation } from "../conversations/conversation-rows.ts";
import { hasLost, recordLost } from "../costs/record-lost.ts";
import { announce } from "../outbox/announce.ts";

/** A run in the hands of one worker. Only who knows the lease's token may write for it. */
export type Claim = {
  tenantId: TenantId;
  runId: RunId;
  conversationId: ConversationId;
  questionId: MessageId;
  ownershipEpoch: number;
  leaseToken: string;
  /** How often the run was taken up, this time included. */
  attempts: number;
  /** The time by the clock of the database, like every time of a run. */
  clock: () => Date;
};

const unfinished = ["queued", "running"] as const;
const now = sql<Date>`clock_timestamp()`;
const fromNow = (ms: number) => sql`${now} + ${ms} * interval '1 millisecond'`;

/**
 * Takes up a run that nobody holds. A conversation's runs are taken up one at a time, in the order in which they became due.
 *
 * @param leaseMs how long it is held; `renewLease` prolongs it
 * @returns undefined when it is not to be had: finished, held by another worker, or not the next one of its conversation
 */
export function claimRun(db: Database, tenantId: TenantId, runId: RunId, leaseMs: number): Promise<Claim | undefined> {
  return db.transaction(tenantId, async (tx) => {
    // Two runs of a conversation must not be claimed side by side.
    const conversation = await lockConversation(tx, conversationOfRun(runId));
    if (!conversation) return undefined;

    const other = alias(runs, "other");
    const goesFirst = tx
      .select({ id: other.id })
      .from(other)
      .where(
        and(
          eq(other.conversationId, conversation.id),
          sql`${other.id} <> ${runs.id}`,
          or(
            eq(other.status, "running"),
            and(eq(other.status, "queued"), sql`(${other.createdAt}, ${other.id}) < (${runs.createdAt}, ${runs.id})`),
          ),
        ),
      );
    const leaseToken = randomUUID();
    const [run] = await tx
      .update(runs)
      .set({
        status: "running",
        attempts: sql`${runs.attempts} + 1`,
        leaseToken,
        leaseUntil: fromNow(leaseMs),
        startedAt: sql`coalesce(${runs.startedAt}, ${now})`,
      })
      .where(
        and(
          eq(runs.id, runId),
          inArray(runs.status, unfinished),
          or(isNull(runs.leaseUntil), lt(runs.leaseUntil, now)),
          notExists(goesFirst),
        ),
      )
      .returning({
        conversationId: runs.conversationId,
        questionId: runs.questionId,
        ownershipEpoch: runs.ownershipEpoch,
        attempts: runs.attempts,
        claimedAt: now.mapWith(runs.createdAt),
        hasLost: hasLost(runId),
      });
    if (!run) return undefined;
    const { claimedAt, hasLost: isLeft, ...claim } = run;
    if (isLeft) await recordLost(tx, runId);
    const sinceMs = performance.now();
    const clock = () => new Date(claimedAt.getTime() + performance.now() - sinceMs);
    return { tenantId, runId, leaseToken, ...claim, clock };
  });
}

const held = ({ runId, leaseToken }: Claim) =>
  and(eq(runs.id, runId), eq(runs.status, "running"), eq(runs.leaseToken, leaseToken));

/** @returns false when the run is no longer ours: another worker has it, or the conversation changed hands */
export async function renewLease(db: Database, claim: Claim, leaseMs: number): Promise<boolean> {
  const renewed = await db.write(claim.tenantId, (write) =>
    write
      .update(runs)
      .set({ leaseUntil: fromNow(leaseMs) })
      .where(held(claim))
      .returning({ id: runs.id }),
  );
  return renewed.length > 0;
}

/** Hands the run over to whichever worker is free, at once. This attempt doesn't count. */
export function handOverRun(db: Database, claim: Claim): Promise<void> {
  return db.transaction(claim.tenantId, async (tx) => {
    const { runId, conversationId } = claim;
    const released = await tx
      .update(runs)
      .set({ status: "queued", attempts: sql`${runs.attempts} - 1`, leaseUntil: null, leaseToken: null })
      .where(held(claim))
      .returning({ id: runs.id });
    if (released.length > 0) await announce(tx, { type: "run.queued", runId, conversationId });
  });
}

/** Lets go of the run after an attempt that failed; nobody takes it up before `delayMs` have passed. */
export async function putOffRun(db: Database, claim: Claim, delayMs: number): Promise<void> {
  await db.write(claim.tenantId, (write) =>
    write
      .update(runs)
      .set({ status: "queued", leaseUntil: fromNow(delayMs), leaseToken: null })
      .where(held(claim)),
  );
}
