import { expect, test } from "vitest";
import { costMicros } from "./pricing.ts";

const prices = { input: 0.25, cached: 0.025, output: 2 };
const usage = { inputTokens: 2_000, cachedTokens: 1_000, outputTokens: 300 };

test("cached tokens cost their own price, the rest of the input the full one", () => {
  expect(costMicros(usage, prices)).toBe(250 + 25 + 600);
  expect(costMicros(usage, { input: 0.25, output: 2 })).toBe(250 + 250 + 600);
  expect(costMicros({ ...usage, cachedTokens: null }, prices)).toBe(500 + 600);
});

test("a provider that counts more cached tokens than input gets no refund", () => {
  expect(costMicros({ inputTokens: 100, cachedTokens: 900, outputTokens: 0 }, prices)).toBe(3);
});

test("the cost is unknown without a price, or without a count of tokens", () => {
  expect(costMicros(usage, undefined)).toBeNull();
  expect(costMicros({ ...usage, outputTokens: null }, prices)).toBeNull();
  expect(costMicros({ ...usage, inputTokens: null }, prices)).toBeNull();
});
