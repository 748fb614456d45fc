import type { CostReport, SpendingRow } from "./use-costs.ts";

/** Of the requests to models; what none was asked for is among the rows as well. */
export type Sum = { requests: number; tokens: number; costMicros: number; unpriced: number; estimated: number };

/** The rows' sums by what they have in common, the dearest first. */
export function sumBy<Key extends string>(
  rows: readonly SpendingRow[],
  keyOf: (row: SpendingRow) => Key,
): { key: Key; sum: Sum }[] {
  const groups = [...Map.groupBy(rows, keyOf)].map(([key, group]) => ({ key, sum: sumOf(group) }));
  return groups.sort((a, b) => b.sum.costMicros - a.sum.costMicros || b.sum.requests - a.sum.requests);
}

export function sumOf(rows: readonly SpendingRow[]): Sum {
  const sum: Sum = { requests: 0, tokens: 0, costMicros: 0, unpriced: 0, estimated: 0 };
  for (const row of rows) {
    if (row.model !== null) sum.requests += row.requests;
    sum.tokens += row.inputTokens + row.outputTokens;
    sum.costMicros += row.costMicros;
    sum.unpriced += row.unpriced;
    sum.estimated += row.estimated;
  }
  return sum;
}

/** No model was asked, and no large one would have been that has a price. */
export const isNothingSpent = ({ rows, saving }: Pick<CostReport, "rows" | "saving">): boolean =>
  rows.every(({ model }) => model === null) && saving.largeCostMicros === 0;

export const purposes: Readonly<Record<SpendingRow["purpose"], string>> = {
  answer: "Answers",
  embedding: "Embeddings",
  knowledge_test: "Knowledge tests",
  draft: "Drafts",
  playground: "Playground",
};

export const modelOf = ({ provider, model }: Pick<SpendingRow, "provider" | "model">): string =>
  model === null ? "Built-in answerer" : provider === null ? model : `${model} (${provider})`;
