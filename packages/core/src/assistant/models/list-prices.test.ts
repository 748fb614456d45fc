import { expect, test } from "vitest";
import { findListPrice, listPrices } from "./list-prices.ts";

test("each price has its day and where it stands, and output costs no less than input, nor input than what is cached of it", () => {
  const prices = listPrices();
  expect(prices.length).toBeGreaterThan(10);
  for (const { model, input, cached = input, output, source } of prices) {
    expect(output, model).toBeGreaterThanOrEqual(input);
    expect(input, model).toBeGreaterThanOrEqual(cached);
    // What models.dev says stands for the provider's page at one commit: it must not change under the day.
    expect(source).toMatch(
      /openai\.com|claude\.com|google\.dev|github\.com\/anomalyco\/models\.dev\/blob\/[0-9a-f]{40}\//,
    );
  }
  const entries = prices.map(({ kind, model, from }) => `${kind} ${model} ${from}`);
  expect(new Set(entries).size).toBe(entries.length);
});

test("the usual families of each provider have prices, and a longer name is another model's", () => {
  const day = "2026-11-26";
  const outputs = ["gpt-5", "gpt-5.1", "gpt-5.2", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano-2025-04-14"].map(
    (model) => findListPrice("openai", model, day)?.output,
  );
  expect(outputs).toEqual([10, 10, 14, 8, 1.6, 0.4]);
  const inputs = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"].map(
    (model) => findListPrice("google", model, day)?.input,
  );
  expect(inputs).toEqual([1.25, 0.3, 0.1]);
  expect(findListPrice("google", "gemini-2.5-flash-image", day)).toBeUndefined();
});

test("of several prices of a model the newest holds that has begun", () => {
  const on = (day: string) => findListPrice("google", "gemini-3.8-flash", day)?.input;
  expect([on("2026-12-31"), on("2027-01-01"), on("2030-06-01")]).toEqual([0.75, 1.5, 1.5]);
  expect(on("2026-10-06")).toBeUndefined();
});

test("a dated version of a model costs what the model does, and another model of its family has no price", () => {
  const day = "2026-11-26";
  expect(findListPrice("openai", "gpt-5-mini-2025-08-07", day)?.input).toBe(0.25);
  expect(findListPrice("anthropic", "claude-haiku-4-5-20251001", day)?.output).toBe(5);
  expect(findListPrice("openai", "gpt-5-mini-preview", day)).toBeUndefined();
  expect(findListPrice("openai-compatible", "gpt-5-mini", day)).toBeUndefined();
  expect(findListPrice("google", "claude-haiku-4-5", day)).toBeUndefined();
});
