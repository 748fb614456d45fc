import type { ApiOutputs } from "../../trpc.ts";

export type Receipt = ApiOutputs["runs"]["get"];

/** What a run cost: `unknown` without a price, `$0` for what is free; small sums to the first two digits that count. */
export function formatCost(costMicros: number | null): string {
  if (costMicros === null) return "unknown";
  if (costMicros === 0) return "$0";
  const dollars = costMicros / 1_000_000;
  const fractionDigits = dollars >= 1 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(dollars))));
  return `$${dollars.toFixed(fractionDigits).replace(/(\.\d\d.*?)0+$/, "$1")}`;
}

/** Tokens that the answerer read, and how many of them the provider had cached; `unknown` when it did not tell. */
export function formatTokensRead({ inputTokens, cachedTokens }: Pick<Receipt, "inputTokens" | "cachedTokens">): string {
  const cached = cachedTokens ? `, ${cachedTokens.toLocaleString("en")} cached` : "";
  return inputTokens === null ? "unknown" : `${inputTokens.toLocaleString("en")}${cached}`;
}

/** Tokens that the answerer wrote. */
export function formatTokensWritten({ outputTokens }: Pick<Receipt, "outputTokens">): string {
  return outputTokens === null ? "unknown" : outputTokens.toLocaleString("en");
}

/** What wrote the answer. */
export function formatAnswerer({ answerer, model }: Pick<Receipt, "answerer" | "model">): string {
  if (model) return model;
  if (answerer === "built-in") return "Built-in answerer";
  return answerer ?? "none";
}

/** The time between two moments of a run, in milliseconds; undefined when one of them did not come. */
export function elapsedMs(from: string | null, to: string | null): number | undefined {
  return from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : undefined;
}
