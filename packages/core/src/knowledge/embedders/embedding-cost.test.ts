import { expect, test } from "vitest";
import { embeddingCostMicros } from "./embedding-cost.ts";

const of = (provider: string, model: string, inputTokens: number, day = "2026-11-26") =>
  embeddingCostMicros({ provider, model, inputTokens }, day);

test("what OpenAI's embeddings cost is known, to a millionth of a dollar at least", () => {
  expect(of("api.openai.com", "text-embedding-3-small", 1_000_000)).toBe(20_000);
  expect(of("api.openai.com", "text-embedding-3-large", 100)).toBe(13);
  expect(of("api.openai.com", "text-embedding-3-small", 10)).toBe(1);
  expect(of("api.openai.com", "text-embedding-3-small", 0)).toBe(0);
});

test("what another server's cost, another model's or on a day before the price is known is not", () => {
  expect(of("localhost", "text-embedding-3-small", 10)).toBeNull();
  expect(of("api.openai.com", "text-embedding-4", 10)).toBeNull();
  expect(of("api.openai.com", "text-embedding-3-small", 10, "2026-05-30")).toBeNull();
});
