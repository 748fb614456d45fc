import { expect, test } from "vitest";
import { describeOutcome, describeRoute, formatAsked, formatTokens } from "./receipt-attempts.ts";

test("who was asked is told with the tier, and the built-in answerer by its name", () => {
  expect(formatAsked({ level: 2, model: "gpt-5", provider: "OpenAI" })).toBe("gpt-5 of OpenAI, tier 2");
  expect(formatAsked({ level: 0, model: null, provider: null })).toBe("Built-in answerer");
});

test("tokens that the provider did not count are marked, and unknown ones are no zero", () => {
  const counts = { inputTokens: 1_842, cachedTokens: 1_024, outputTokens: 96 };
  expect(formatTokens({ ...counts, countedBy: "provider" })).toBe("1,842 (1,024 cached) + 96 tokens");
  expect(formatTokens({ ...counts, cachedTokens: null, countedBy: "tokenizer" })).toBe(
    "1,842 + 96 tokens, counted by us",
  );
  expect(formatTokens({ ...counts, outputTokens: null, countedBy: "provider" })).toBe("tokens unknown");
});

test("a failure says its reason, and a check that failed that nothing was shown", () => {
  expect(describeOutcome({ outcome: "failed", reason: "the provider broke off" })).toBe(
    "It could not answer: the provider broke off.",
  );
  expect(describeOutcome({ outcome: "uncited", reason: "the answer cited no passage" })).toMatch(/was not shown\.$/);
});

test("each way to begin has its sentence", () => {
  const route = { quality: "balanced" as const, level: 1, evidence: 0.25, largeModel: "m", expected: [] };
  const expected = [
    { level: 1, right: 0.71 },
    { level: 2, right: 0.8 },
  ];
  expect(describeRoute({ ...route, because: "built_in_is_sure" })).toContain("evidence 0.25");
  expect(describeRoute({ ...route, because: "expected_right", expected })).toContain("tier 1: 71 %, tier 2: 80 %");
  for (const because of ["no_model", "budget", "only_tier", "best_wanted", "not_estimated"] as const) {
    expect(describeRoute({ ...route, because })).toMatch(/^[A-Z].*\.$/);
  }
});
