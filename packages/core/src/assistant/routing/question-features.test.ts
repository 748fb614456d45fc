import fc from "fast-check";
import { expect, test } from "vitest";
import { questionFeatureCount, questionFeatures } from "./question-features.ts";

test("every text has as many features as the weights expect, all of them numbers", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => {
      const features = questionFeatures(text);
      expect(features).toHaveLength(questionFeatureCount);
      expect(features.every(Number.isFinite)).toBe(true);
    }),
  );
  expect(questionFeatures("")).toHaveLength(questionFeatureCount);
});

test("options are told from the question that they answer", () => {
  const plain = questionFeatures("What is the capital of France?");
  const offered = questionFeatures("What is the capital of France?\nA. Paris\nB. Lyon\nC. Nice\nD. Lille\nAnswer:");
  const difference = plain.flatMap((feature, i) => (feature === offered[i] ? [] : [i]));
  expect(difference.length).toBeGreaterThan(3);
  expect(plain.slice(17, 21)).toEqual([0, 0, 0, 0]);
  expect(offered.slice(17, 20)).toEqual([1, 4, 4.5]);
});
