import type { Budget, BudgetStep, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { budgetAlerts, budgets, spendingMonths } from "@parley/db/schema";
import { asc, eq } from "drizzle-orm";
import { findUnpriced, type UnpricedModel } from "./find-unpriced.ts";
import { thisMonth } from "./lock-month.ts";
import { stepInForce } from "./step-in-force.ts";

export type BudgetState = {
  budget: Budget | null;
  /** Its first day: `2026-11-01`. */
  month: string;
  /** Spent in this month, in millionths of a US dollar. */
  costMicros: number;
  /** What the budget does to answers now; null: nothing. */
  inForce: BudgetStep | null;
  /** What of it was reached in this month, in percent, and when. */
  alerts: { percent: number; at: string }[];
  /** Models that it can't hold: those that were asked in this month, and those that may be, without a request. */
  unpriced: UnpricedModel[];
};

/** Who knows which models may be asked though nobody knows what they cost. */
export type Pricing = { unpriced(tenantId: TenantId): Promise<{ provider: string; model: string }[]> };

/** The tenant's budget, and how much of it this month has taken. */
export async function getBudget(db: Database, pricing: Pricing, tenantId: TenantId): Promise<BudgetState> {
  const [row] = await db.read(tenantId, (read) => read.select().from(budgets));
  const [month] = await db.read(tenantId, (read) =>
    read
      .select({ costMicros: spendingMonths.costMicros })
      .from(spendingMonths)
      .where(eq(spendingMonths.month, thisMonth)),
  );
  const alerts = await db.read(tenantId, (read) =>
    read
      .select({ percent: budgetAlerts.percent, at: budgetAlerts.at })
      .from(budgetAlerts)
      .where(eq(budgetAlerts.month, thisMonth))
      .orderBy(asc(budgetAlerts.percent)),
  );
  const asked = await db.read(tenantId, findUnpriced);
  const mayBe = (await pricing.unpriced(tenantId)).filter(
    ({ provider, model }) => !asked.some((one) => one.provider === provider && one.model === model),
  );
  const nothing = { isEmbedder: false, requests: 0, inputTokens: 0, outputTokens: 0 };
  const unpriced = [...asked, ...mayBe.map((model) => ({ ...model, ...nothing }))];
  const now = await db.now();
  const { tenantId: _, ...budget } = row ?? { tenantId, budget: null };
  const costMicros = month?.costMicros ?? 0;
  const known = row ? (budget as Budget) : null;
  return {
    budget: known,
    month: `${now.toISOString().slice(0, 7)}-01`,
    costMicros,
    inForce: known && stepInForce(known, costMicros),
    alerts: alerts.map(({ percent, at }) => ({ percent, at: at.toISOString() })),
    unpriced,
  };
}
