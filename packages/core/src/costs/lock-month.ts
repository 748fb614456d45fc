import type { TenantTransaction } from "@parley/db";
import { spendingMonths } from "@parley/db/schema";
import { sql } from "drizzle-orm";

/** When the month began in which the transaction does. Months are those of UTC, for every tenant. */
export const monthStart = sql`date_trunc('month', now(), 'UTC')`;
export const thisMonth = sql<string>`(${monthStart} at time zone 'UTC')::date`;

/** Holds what the tenant has spent in the month in which the transaction began, until it ends. Whoever wants more locks waits first. */
export async function lockMonth(tx: TenantTransaction): Promise<{ month: string; costMicros: number }> {
  const [row] = await tx
    .insert(spendingMonths)
    .values({ month: thisMonth })
    .onConflictDoUpdate({
      target: [spendingMonths.tenantId, spendingMonths.month],
      set: { costMicros: sql`${spendingMonths.costMicros}` },
    })
    .returning({ month: spendingMonths.month, costMicros: spendingMonths.costMicros });
  if (!row) throw new Error("an insert returned no row");
  return row;
}
