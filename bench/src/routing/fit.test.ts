import { estimateBy } from "@parley/core/assistant/routing/estimate-correctness";
import { expect, test } from "vitest";
import { fit, prepare } from "./fit.ts";
import { foldsByPrompt, foldsBySubject } from "./folds.ts";
import type { Outcome } from "./read-outcomes.ts";
import { gram, solve } from "./solve.ts";

const outcome = (i: number, over: Partial<Outcome> = {}): Outcome => ({
  promptId: `${i}`,
  benchmark: "made",
  subject: i % 2 === 0 ? "even" : "odd",
  prompt: `Question ${i}?`,
  small: i % 2 === 0,
  large: true,
  ...over,
});
/** Those of even numbers lie on one side, the others on the other. */
const embedding = (i: number) =>
  Float32Array.from({ length: 32 }, (_, axis) => (axis === 0 ? (i % 2 === 0 ? 0.7 : -0.7) : Math.sin(i * axis) / 9));
const outcomes = Array.from({ length: 120 }, (_, i) => outcome(i));
const embeddings = outcomes.map((_, i) => embedding(i));

test("what the small model gets right is learned, for questions that were not trained on", () => {
  const model = { ...fit(prepare(outcomes, embeddings)), embedder: "made" };
  expect(estimateBy(model, "Question 300?", embedding(300)).small).toBeGreaterThan(0.8);
  expect(estimateBy(model, "Question 301?", embedding(301)).small).toBeLessThan(0.2);
  expect(estimateBy(model, "Question 301?", embedding(301)).large).toBeGreaterThan(0.95);
});

test("the same outcomes make the same weights", () => {
  expect(fit(prepare(outcomes, embeddings))).toEqual(fit(prepare(outcomes, embeddings)));
});

test("what is left out has no part in the weights: its outcomes may be turned around", () => {
  const leftOut = new Set([3, 4, 50, 51, 119]);
  const turned = outcomes.map((known, i) =>
    leftOut.has(i) ? { ...known, small: !known.small, large: !known.large } : known,
  );
  const model = fit(prepare(outcomes, embeddings), leftOut);
  expect(fit(prepare(turned, embeddings), leftOut)).toEqual(model);
  for (const place of leftOut) expect(model.small.weights[place]).toBe(0);
  expect(fit(prepare(turned, embeddings))).not.toEqual(fit(prepare(outcomes, embeddings)));
});

test("nor have the places of the prompts that are left out", () => {
  const prepared = prepare(outcomes, embeddings);
  const leftOut = new Set([3, 4, 50, 51, 119]);
  const near = prepared.near.map((value, at) => (leftOut.has(Math.floor(at / prepared.size)) ? 1 - value : value));
  const moved = fit({ ...prepared, near, all: gram(near, prepared.size) }, leftOut);
  const model = fit(prepared, leftOut);
  for (const [i, weight] of model.small.weights.entries()) expect(moved.small.weights[i]).toBeCloseTo(weight, 5);
});

test("a prompt lies in one fold, however it is written; a subject in one of its own", () => {
  const written = ["What is x? A. 1", "what is  X?\nA. 1", "WHAT IS X - a) 1"].map((prompt, i) =>
    outcome(i, { prompt }),
  );
  expect(new Set(foldsByPrompt(written, 5, 1)).size).toBe(1);
  expect(new Set(foldsByPrompt(outcomes, 5, 1))).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(foldsByPrompt(outcomes, 5, 2)).not.toEqual(foldsByPrompt(outcomes, 5, 1));
  expect(foldsBySubject(outcomes.slice(0, 4))).toEqual([0, 1, 0, 1]);
  expect(foldsBySubject([outcome(0), outcome(0, { benchmark: "other" })])).toEqual([0, 1]);
});

test("equations are solved, and those without one solution refused", () => {
  const rows = Float64Array.from({ length: 300 * 70 }, (_, i) => Math.sin(i * i));
  const { size, cells } = gram(rows, 70);
  const x = Float64Array.from({ length: 70 }, (_, i) => i - 30);
  const at = (i: number, j: number) => cells[i >= j ? i * size + j : j * size + i] as number;
  const side = x.map((_, i) => x.reduce((sum, value, j) => sum + value * at(i, j), 0));
  const [solved] = solve({ size, cells: Float64Array.from(cells) }, [side]);
  for (const [i, value] of x.entries()) expect(solved?.[i]).toBeCloseTo(value, 6);
  expect(() => solve(gram(Float64Array.of(1, 1), 2), [Float64Array.of(1, 1)])).toThrow("not positive definite");
});
