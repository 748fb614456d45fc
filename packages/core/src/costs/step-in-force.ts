import type { Budget, BudgetStep } from "@parley/contracts";

/** What the budget does to answers once so much of it is used up. */
export function stepInForce(budget: Budget, usedMicros: number): BudgetStep | null {
  const isReached = (percent: number | null) => percent !== null && usedMicros * 100 >= budget.monthlyMicros * percent;
  if (isReached(budget.personAt)) return "person";
  if (isReached(budget.builtInAt)) return "built_in";
  return isReached(budget.cheaperAt) ? "cheaper" : null;
}
