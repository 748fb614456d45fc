import type { RunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { budgetReservations, runs, spending, spendingMonths, spendingReserved } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { lockMonth } from "./lock-month.ts";
import { noticeBudget } from "./notice-budget.ts";
import type { Spent, SpentFor } from "./spent.ts";

/**
 * Enters requests into the ledger, each of them once however often it is tried, and lets go of what was set aside for them. The receipt
 * of their run is the sum of its entries from then on. It locks the month, so nothing but more of this comes after it.
 *
 * @param runId whoever names one holds its row
 */
export async function recordSpending(
  tx: TenantTransaction,
  spentFor: SpentFor,
  spent: readonly Spent[],
): Promise<void> {
  if (spent.length > 0) await enter(tx, spentFor, spent);
  if (spentFor.reservationId) await releaseReservation(tx, spentFor.reservationId);
  if (spentFor.runId) await accountRun(tx, spentFor.runId);
}

async function enter(tx: TenantTransaction, { purpose, runId, conversationId }: SpentFor, spent: readonly Spent[]) {
  // What costs nothing waits for nobody.
  const costs = spent.some(({ costMicros }) => costMicros !== null && costMicros > 0);
  const { month, costMicros: beforeMicros } = costs ? await lockMonth(tx) : { month: "", costMicros: 0 };
  const attempt = runId
    ? sql`(select coalesce(max(attempt), 0) + 1 from ${spending} where run_id = ${runId})`
    : sql`null::integer`;
  let costMicros = 0;
  for (const one of spent) {
    const entered = await tx
      .insert(spending)
      .values({ ...one, purpose, runId, conversationId, attempt })
      .onConflictDoNothing({ target: [spending.tenantId, spending.id] })
      .returning({ id: spending.id });
    if (entered.length > 0) costMicros += one.costMicros ?? 0;
    await tx.delete(spendingReserved).where(eq(spendingReserved.id, one.id));
  }
  if (costMicros > 0) {
    await tx
      .update(spendingMonths)
      .set({ costMicros: sql`${spendingMonths.costMicros} + ${costMicros}` })
      .where(eq(spendingMonths.month, month));
    await noticeBudget(tx, { month, beforeMicros, costMicros: beforeMicros + costMicros });
  }
}

async function releaseReservation(tx: TenantTransaction, id: string): Promise<void> {
  await tx.delete(budgetReservations).where(eq(budgetReservations.id, id));
}

/** Of several requests together; unknown as soon as it is unknown of one. */
const sumOf = (name: string) => {
  const column = sql.identifier(name);
  return sql`case when bool_or(${column} is null) then null else coalesce(sum(${column}), 0) end`;
};

async function accountRun(tx: TenantTransaction, runId: RunId): Promise<void> {
  await tx.execute(sql`
    update ${runs} set (input_tokens, cached_tokens, output_tokens, cost_micros) = (
      select ${sumOf("input_tokens")}, ${sumOf("cached_tokens")}, ${sumOf("output_tokens")}, ${sumOf("cost_micros")}
      from ${spending} where run_id = ${runId})
    where id = ${runId}`);
}
