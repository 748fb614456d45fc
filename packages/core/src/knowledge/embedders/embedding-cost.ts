import type { EmbeddingSpent } from "../passage.ts";

/**
 * What OpenAI asks for its embeddings, in US dollars per million tokens, as its page said on the day `from`
 * (https://developers.openai.com/api/docs/pricing). Of several prices of a model the newest that has begun holds.
 */
const prices = [
  { model: "text-embedding-3-small", from: "2026-05-31", dollars: 0.02 },
  { model: "text-embedding-3-large", from: "2026-05-31", dollars: 0.13 },
  { model: "text-embedding-ada-002", from: "2026-05-31", dollars: 0.1 },
];
const openai = "api.openai.com";

/**
 * What a request for vectors cost.
 *
 * @param day ISO 8601, as `2026-11-26`
 * @returns millionths of a US dollar, rounded up, so that many small requests don't come to nothing; null when nobody has said
 */
export function embeddingCostMicros(
  { provider, model, inputTokens }: Pick<EmbeddingSpent, "provider" | "model" | "inputTokens">,
  day: string,
): number | null {
  if (provider !== openai) return null;
  const price = prices
    .filter((one) => one.model === model && one.from <= day)
    .toSorted((one, two) => two.from.localeCompare(one.from))[0];
  // A dollar per million tokens is a millionth of a dollar per token.
  return price ? Math.ceil(Number((inputTokens * price.dollars).toFixed(6))) : null;
}
