import { expect, test } from "vitest";
import { hueOf, initialsOf } from "./person-look.ts";

test.each([
  ["Ada Lovelace", "AL"],
  ["  ada  king   lovelace ", "AL"],
  ["Madonna", "M"],
  ["😀 Smile", "😀S"],
  ["", ""],
])("the initials of %j are %j", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test("a person keeps one of six colours, and people differ in it", () => {
  const ids = Array.from({ length: 100 }, (_, index) => `0c5e0000-0000-4000-8000-${String(index).padStart(12, "0")}`);
  const hues = ids.map(hueOf);
  expect(ids.map(hueOf)).toEqual(hues);
  expect(new Set(hues)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});
