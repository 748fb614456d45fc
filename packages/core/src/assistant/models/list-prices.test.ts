import { expect, test } from "vitest";
import { findListPrice, listPrices } from "./list-prices.ts";

test("each price has its day and where it stands, and output costs no less than input, nor input than what is cached of it", () => {
  const prices = listPrices();
  expect(prices.length).toBeGreaterThan(10);
  for (const { model, input, cached = input, output, source } of prices) {
    expect(output, model).toBeGreaterThanOrEqual(input);
    expect(input, model).toBeGreaterThanOrEqual(cached);
    expect(source).toMatch(/openai\.com|claude\.com|google\.dev/);
  }
  const entries = prices.map(({ kind, model, from }) => `${kind} ${model} ${from}`);
  expect(new Set(entries).size).toBe(entries.length);
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
