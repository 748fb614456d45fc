import { expect, test } from "vitest";
import { measureLoss, measureRouting } from "./measure-routing.ts";

const cheap = 0.24 / 24.7;
const saved = (large: number, of: number) => Number((1 - (large + (of - large) * cheap) / of).toFixed(4));
const times = <T>(many: number, value: T) => Array.from({ length: many }, () => value);

/** Of 100: the small model is right in 60, the large one in 100. */
const outcomes = [...times(60, { small: true, large: true }), ...times(40, { small: false, large: true })];

test("a router that knows saves as much as the oracle, one that knows nothing no more than chance", () => {
  const knowing = measureRouting(
    outcomes.map((outcome, i) => ({ ...outcome, score: Number(!outcome.small) * 1000 + i })),
  );
  expect(knowing.savingAt95).toBe(saved(35, 100));
  expect(knowing.savingAt98).toBe(saved(38, 100));
  expect(knowing).toMatchObject({ gapClosedAt95: 1, gapClosedAt98: 1, smallRight: 0.6, largeRight: 1, prompts: 100 });
  expect(knowing.oracle).toMatchObject({ savingAt95: knowing.savingAt95, gapClosedAt95: 1 });
  expect(knowing.random).toMatchObject({ savingAt95: saved(87.5, 100), savingAt98: saved(95, 100), gapClosedAt95: 0 });
  expect(knowing.bestSingle).toMatchObject({ savingAt95: 0, savingAt98: 0 });

  const clueless = measureRouting(outcomes.map((outcome) => ({ ...outcome, score: 1 })));
  expect(clueless.savingAt95).toBe(0); // one score, one way
});

test("prompts of one score go the same way", () => {
  const scored = outcomes.map((outcome, i) => ({ ...outcome, score: i >= 50 ? 1 : 0 }));
  expect(measureRouting(scored).savingAt95).toBe(saved(50, 100));
});

test("a small model that is good enough alone is never lost to, and leaves no gap to close", () => {
  const scored = [
    ...times(97, { small: true, large: true, score: 1 }),
    ...times(3, { small: false, large: true, score: 0 }),
  ];
  const figures = measureRouting(scored);
  expect(figures.savingAt95).toBe(saved(0, 100));
  expect(figures.bestSingle.savingAt95).toBe(figures.savingAt95);
  expect(figures.gapClosedAt95).toBeNull();
});

test("a loss that is taken sends to the small model what is no likelier to be lost, and keeps what both are right in", () => {
  const scored = outcomes.map((outcome, i) => ({ ...outcome, score: i / 100 }));
  expect(measureLoss(scored, 0.59)).toEqual({ loss: 0.59, toSmall: 0.6, kept: 1 });
  expect(measureLoss(scored, 0.69)).toEqual({ loss: 0.69, toSmall: 0.7, kept: 0.9 });
  expect(measureLoss(scored, 1)).toEqual({ loss: 1, toSmall: 1, kept: 0.6 });
});
