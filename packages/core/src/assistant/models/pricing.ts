import type { Usage } from "../answerer.ts";

/** US dollars per million tokens. */
export type Prices = { input: number; cached?: number | undefined; output: number };

/**
 * Cached tokens are part of the input's; without a price of their own they cost as much as the rest.
 *
 * @returns millionths of a US dollar, rounded; null when the price or the number of tokens is not known
 */
export function costMicros(usage: Usage, prices: Prices | undefined): number | null {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === 0 && outputTokens === 0) return 0;
  if (!prices || inputTokens === null || outputTokens === null) return null;
  const cachedTokens = Math.min(usage.cachedTokens ?? 0, inputTokens);
  // A dollar per million tokens is a millionth of a dollar per token.
  return Math.round(
    (inputTokens - cachedTokens) * prices.input +
      cachedTokens * (prices.cached ?? prices.input) +
      outputTokens * prices.output,
  );
}
