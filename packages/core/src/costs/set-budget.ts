import type { Budget } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { budgets } from "@parley/db/schema";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { findUnpriced } from "./find-unpriced.ts";
import { lockMonth } from "./lock-month.ts";
import { noticeBudget } from "./notice-budget.ts";

/**
 * Sets the budget from now on, the current month included; what of it is reached already is told of at once. What is told of in this month
 * is not told again, whatever the budget becomes.
 *
 * @param isKnown that models without a price are in use, which no budget holds
 * @throws AppError `auth.forbidden`, `budget.unpriced`
 */
export async function setBudget(
  tx: TenantTransaction,
  by: Actor,
  { budget, isKnown }: { budget: Budget; isKnown: boolean },
): Promise<void> {
  await checkStillMay(tx, by, "budget.manage");
  if (!isKnown && (await findUnpriced(tx)).length > 0) throw new AppError("budget.unpriced");
  const { month, costMicros } = await lockMonth(tx);
  await tx.insert(budgets).values(budget).onConflictDoUpdate({ target: budgets.tenantId, set: budget });
  await noticeBudget(tx, { month, beforeMicros: costMicros, costMicros });
  await tell(tx, by, { monthlyMicros: budget.monthlyMicros });
}

/** @throws AppError `auth.forbidden` */
export async function removeBudget(tx: TenantTransaction, by: Actor): Promise<void> {
  await checkStillMay(tx, by, "budget.manage");
  await lockMonth(tx);
  const gone = await tx.delete(budgets).returning({ tenantId: budgets.tenantId });
  if (gone.length > 0) await tell(tx, by, { monthlyMicros: 0 });
}

async function tell(tx: TenantTransaction, by: Actor, details: { monthlyMicros: number }): Promise<void> {
  await announce(tx, { type: "budget.changed" });
  await recordAudit(tx, { action: "budget.changed", actor: { kind: "member", id: by.memberId }, ip: by.ip, details });
}
