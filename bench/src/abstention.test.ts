import { expect, test } from "vitest";
import { measureAbstention } from "./abstention.ts";

const tenths = Array.from({ length: 10 }, (_, index) => (index + 1) / 10);

test("the area is 1 where every answerable question is higher, 0 the other way round, and a half where nothing tells", () => {
  expect(measureAbstention([0.8, 0.9], [0.1, 0.2]).auc).toBe(1);
  expect(measureAbstention([0.1, 0.2], [0.8, 0.9]).auc).toBe(0);
  expect(measureAbstention([0.5, 0.5], [0.5]).auc).toBe(0.5);
  expect(measureAbstention([0.3, 0.7], [0.5, 0.6]).auc).toBe(0.5);
});

test("false answers are counted at the evidence that nine in ten of the answerable reach", () => {
  expect(measureAbstention(tenths, [0.05, 0.15, 0.2, 0.9]).falseAtNinety).toBe(0.5);
  expect(measureAbstention(tenths, [0.19]).falseAtNinety).toBe(0);
});
