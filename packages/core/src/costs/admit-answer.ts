import type { BudgetStep, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { budgetReservations, budgets } from "@parley/db/schema";
import { lt, sql } from "drizzle-orm";
import { lockMonth } from "./lock-month.ts";
import type { SpentFor } from "./spent.ts";
import { stepInForce } from "./step-in-force.ts";

/** No answer is under way for longer: whoever reserved it is dead. */
const isForgotten = lt(budgetReservations.at, sql`now() - interval '1 hour'`);

/**
 * What the tenant's budget does to an answer that begins now. What it may cost at most is set aside until it is recorded, and counts as
 * spent for those that begin meanwhile: however many run side by side, the last one that is let through crosses a point of the budget, and
 * the others do not.
 */
export async function admitAnswer(
  db: Database,
  tenantId: TenantId,
  { runId, reservationId }: SpentFor,
  mostMicros: number,
): Promise<BudgetStep | null> {
  const [budget] = await db.read(tenantId, (read) => read.select().from(budgets));
  if (!budget) return null;
  return db.transaction(tenantId, async (tx) => {
    const { costMicros } = await lockMonth(tx);
    await tx.delete(budgetReservations).where(isForgotten);
    const [reserved] = await tx
      .select({ micros: sql`coalesce(sum(${budgetReservations.micros}), 0)`.mapWith(Number) })
      .from(budgetReservations);
    const step = stepInForce(budget, costMicros + (reserved?.micros ?? 0));
    if (reservationId && mostMicros > 0 && (step === null || step === "cheaper")) {
      await tx.insert(budgetReservations).values({ id: reservationId, runId, micros: mostMicros });
    }
    return step;
  });
}
