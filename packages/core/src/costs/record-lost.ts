import type { RunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { budgetReservations, runs, spendingReserved } from "@parley/db/schema";
import { asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { recordSpending } from "./record-spending.ts";

type Reserved = typeof spendingReserved.$inferSelect;

/** Whether `recordLost` has anything to do: most runs are taken up once. */
export const hasLost = (runId: RunId): SQL<boolean> => sql<boolean>`
  exists (select from ${spendingReserved} where run_id = ${runId})
  or exists (select from ${budgetReservations} where run_id = ${runId})`;

/**
 * Enters what an earlier worker asked a model for the run and did not live to enter: what it sent is known, about; what it got back
 * is not. Should that worker come back, it enters nothing. The run goes on, and the large model would have been asked once for it: whoever
 * answers it enters that.
 *
 * @param runId whoever names it holds its row
 */
export async function recordLost(tx: TenantTransaction, runId: RunId): Promise<void> {
  await tx.delete(budgetReservations).where(eq(budgetReservations.runId, runId));
  const lost = await tx.select().from(spendingReserved).where(eq(spendingReserved.runId, runId));
  await recordAll(
    tx,
    lost.map((one) => ({ ...one, largeInputCostMicros: 0 })),
  );
}

const isForgotten = sql`${sql.identifier("at")} < now() - interval '1 hour'`;

/** Whether `recordForgotten` has anything to do. */
export const hasForgotten = sql<boolean>`exists (select from ${spendingReserved} where ${isForgotten})`;

/** The same of requests that began so long ago that nobody waits for them: their run is not taken up again. */
export async function recordForgotten(tx: TenantTransaction): Promise<void> {
  const old = await tx.select().from(spendingReserved).where(isForgotten).orderBy(asc(spendingReserved.at)).limit(10);
  const runIds = old.flatMap(({ runId }) => runId ?? []);
  // The runs before the month, as everywhere.
  if (runIds.length > 0) {
    await tx.select({ id: runs.id }).from(runs).where(inArray(runs.id, runIds)).orderBy(asc(runs.id)).for("update");
  }
  await recordAll(tx, old);
}

async function recordAll(tx: TenantTransaction, reserved: readonly Reserved[]): Promise<void> {
  for (const { purpose, runId, conversationId, ...one } of reserved) {
    const { id, provider, model, tier, inputTokens } = one;
    const known = { id, provider, model, tier, inputTokens, cachedTokens: null, outputTokens: null };
    const spent = {
      ...known,
      countedBy: "tokenizer" as const,
      costMicros: one.inputCostMicros,
      largeCostMicros: one.largeInputCostMicros,
    };
    const whose = { purpose, ...(runId && { runId }), ...(conversationId && { conversationId }) };
    await recordSpending(tx, whose, [spent]);
  }
}
