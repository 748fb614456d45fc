import { budgetAlerts as percents } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { budgetAlerts, budgets } from "@parley/db/schema";
import { announce } from "../outbox/announce.ts";
import { stepInForce } from "./step-in-force.ts";

/** Said when there are mails to be sent. */
export const alertSignal = "budget alert";

/**
 * Notes what of the budget the month has reached, each part once a month, for the mails; and announces `budget.changed` when that, or what
 * the budget does to answers, is another than before. Whoever calls holds the month.
 */
export async function noticeBudget(
  tx: TenantTransaction,
  { month, beforeMicros, costMicros }: { month: string; beforeMicros: number; costMicros: number },
): Promise<void> {
  const [budget] = await tx.select().from(budgets);
  if (!budget) return;
  const reached = percents.filter((percent) => costMicros * 100 >= budget.monthlyMicros * percent);
  const noted =
    reached.length > 0
      ? await tx
          .insert(budgetAlerts)
          .values(reached.map((percent) => ({ month, percent })))
          .onConflictDoNothing()
          .returning({ percent: budgetAlerts.percent })
      : [];
  if (noted.length > 0) tx.signal(alertSignal);
  const isOther = stepInForce(budget, beforeMicros) !== stepInForce(budget, costMicros);
  if (noted.length > 0 || isOther) await announce(tx, { type: "budget.changed" });
}
