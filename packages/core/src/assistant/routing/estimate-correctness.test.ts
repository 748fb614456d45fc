import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMinilmEmbedder } from "../../knowledge/embedders/minilm.ts";
import type { Embedder } from "../../knowledge/passage.ts";
import { estimateBy, estimateCorrectness } from "./estimate-correctness.ts";
import { formatWeights, parseWeights } from "./weights-file.ts";

const file = readFileSync(new URL("../../../assets/routing/weights.json", import.meta.url), "utf8");
let embedder: Embedder;
beforeAll(async () => {
  embedder = await createMinilmEmbedder();
});
afterAll(() => embedder.close());

async function estimate(question: string) {
  const [embedding] = await embedder.embed([question]);
  return estimateCorrectness(question, embedding ?? new Float32Array());
}

test("the weights were trained with the embedder that comes with the product", () => {
  expect(parseWeights(file).embedder).toBe(embedder.id);
});

test("a question of school geography is sooner trusted to the small model than one of abstract algebra", async () => {
  const easy = await estimate(
    "Which river flows through the city of Vienna?\nA. Rhine\nB. Danube\nC. Elbe\nD. Seine\nAnswer:",
  );
  const hard = await estimate(
    "Find the order of the factor group (Z_4 x Z_10)/<(2,5)>.\nA. 10\nB. 20\nC. 2\nD. 40\nAnswer:",
  );
  expect(easy.small).toBeGreaterThan(hard.small + 0.2);
  expect(easy.large).toBeGreaterThan(hard.large + 0.2);
});

test("the same question is estimated the same, and no text leads out of [0, 1]", async () => {
  const questions = [
    "",
    "?",
    "How do I reset my password?",
    "7".repeat(20_000),
    "=+*".repeat(5_000),
    "\u0000\ud800",
    "Ω ".repeat(900),
  ];
  for (const question of questions) {
    const first = await estimate(question);
    expect(await estimate(question)).toEqual(first);
    for (const probability of [first.small, first.large]) {
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(probability).toBeLessThanOrEqual(1);
    }
  }
});

test("what adds up to more than certain, or to less than impossible, is kept within [0, 1]", () => {
  const model = parseWeights(file);
  const all = (weight: number) => ({ base: 0.5, weights: model.small.weights.map(() => weight) });
  const embedding = new Float32Array(384).fill(1 / Math.sqrt(384));
  const estimate = estimateBy({ ...model, small: all(-1e6), large: all(1e6) }, "How do I pay?", embedding);
  expect(estimate).toEqual({ small: 0, large: 1 });
});

test("an embedding of another model's size is refused", () => {
  expect(() => estimateCorrectness("How do I pay?", new Float32Array(1536))).toThrow(RangeError);
});

test("weights survive their file, and a file whose parts don't fit together is refused", () => {
  const model = parseWeights(file);
  const again = parseWeights(formatWeights(model));
  const embedding = new Float32Array(384).fill(1 / Math.sqrt(384));
  expect(estimateBy(again, "How do I pay?", embedding)).toEqual(estimateBy(model, "How do I pay?", embedding));
  expect(formatWeights(again)).toBe(file);
  const short = { ...model, landmarks: model.landmarks.subarray(1) };
  expect(() => parseWeights(formatWeights(short))).toThrow("don't fit together");
  expect(() => parseWeights("{}")).toThrow();
});
