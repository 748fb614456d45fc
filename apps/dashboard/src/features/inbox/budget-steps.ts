import type { BudgetStep } from "@parley/contracts";

/** What a budget does to an answer, in a word or two. */
export const budgetSteps: Readonly<Record<BudgetStep, string>> = {
  cheaper: "Cheapest models only",
  built_in: "Built-in answerer",
  person: "To a person",
};
