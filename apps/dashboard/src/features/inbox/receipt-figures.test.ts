import { expect, test } from "vitest";
import { elapsedMs, formatAnswerer, formatCost, formatTokensRead, formatTokensWritten } from "./receipt-figures.ts";

test.each([
  [null, "unknown"],
  [0, "$0"],
  [1, "$0.000001"],
  [123, "$0.00012"],
  [45_600, "$0.046"],
  [500_000, "$0.50"],
  [12_340_000, "$12.34"],
])("%j millionths of a dollar are %s", (costMicros, words) => {
  expect(formatCost(costMicros)).toBe(words);
});

test("what the provider did not tell is unknown, not zero", () => {
  expect(formatTokensRead({ inputTokens: null, cachedTokens: null })).toBe("unknown");
  expect(formatTokensWritten({ outputTokens: null })).toBe("unknown");
  expect(formatTokensRead({ inputTokens: 0, cachedTokens: 0 })).toBe("0");
  expect(formatTokensRead({ inputTokens: 1_842, cachedTokens: 1_024 })).toBe("1,842, 1,024 cached");
  expect(formatTokensWritten({ outputTokens: 96 })).toBe("96");
});

test("the answerer is called by its model, when it has one", () => {
  expect(formatAnswerer({ answerer: "language-model", model: "gpt-5-mini" })).toBe("gpt-5-mini");
  expect(formatAnswerer({ answerer: "built-in", model: null })).toBe("Built-in answerer");
  expect(formatAnswerer({ answerer: null, model: null })).toBe("none");
});

test("time is told between moments that both came, and never runs backwards", () => {
  expect(elapsedMs("2026-11-24T12:00:00.000Z", "2026-11-24T12:00:00.143Z")).toBe(143);
  expect(elapsedMs("2026-11-24T12:00:00.143Z", "2026-11-24T12:00:00.000Z")).toBe(0);
  expect(elapsedMs("2026-11-24T12:00:00.000Z", null)).toBeUndefined();
});
