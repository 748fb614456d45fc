import { expect, test } from "vitest";
import { crossValidate } from "./cross-validate.ts";
import type { Outcome } from "./read-outcomes.ts";

const quiet = () => {};
const outcomes: Outcome[] = Array.from({ length: 150 }, (_, i) => ({
  promptId: `${i}`,
  benchmark: "made",
  subject: `${i % 3}`,
  prompt: `Question ${i}?`,
  small: i % 2 === 0,
  large: true,
}));
/** Those that the small model gets right lie on one side. */
const telling = outcomes.map((_, i) =>
  Float32Array.from({ length: 32 }, (_, axis) => (axis === 0 ? (i % 2 === 0 ? 0.7 : -0.7) : Math.sin(i * axis) / 9)),
);
const saying = outcomes.map((_, i) => Float32Array.from({ length: 32 }, (_, axis) => Math.sin(i * i * (axis + 1)) / 6));

test("what the embedding tells is found in prompts that were held back, by prompt and by subject", () => {
  const { byPrompt, bySubject } = crossValidate(outcomes, telling, "made", quiet);
  expect(byPrompt.gapClosedAt95).toBeGreaterThan(0.9);
  expect(bySubject?.gapClosedAt95).toBeGreaterThan(0.9);
  expect(byPrompt.gapClosedAt95OfEachSplit).toHaveLength(5);
  expect(byPrompt.benchmarks.made?.gapClosedAt95).toBe(byPrompt.gapClosedAt95);
});

test("where nothing tells the outcomes apart, none of them is known beforehand", () => {
  const { byPrompt } = crossValidate(outcomes, saying, "made", quiet);
  expect(byPrompt.gapClosedAt95).toBeLessThan(0.3);
});

test("one subject can't be left out, and a single prompt not held back", () => {
  const one = outcomes.map((outcome) => ({ ...outcome, subject: "all" }));
  expect(crossValidate(one, telling, "made", quiet).bySubject).toBeNull();
  expect(() => crossValidate(outcomes.slice(0, 1), telling.slice(0, 1), "made", quiet)).toThrow("too few prompts");
});
