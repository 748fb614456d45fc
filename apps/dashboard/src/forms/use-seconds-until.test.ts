import { expect, test } from "vitest";
import { formatWait, secondsUntil } from "./use-seconds-until.ts";

test("seconds are rounded up: 0 means that the moment has come", () => {
  expect(secondsUntil(10_000, 0)).toBe(10);
  expect(secondsUntil(10_000, 9_999)).toBe(1);
  expect(secondsUntil(10_000, 10_000)).toBe(0);
  expect(secondsUntil(10_000, 99_000)).toBe(0);
  expect(secondsUntil(undefined, 0)).toBe(0);
});

test.each([
  [1, "1 second"],
  [89, "89 seconds"],
  [90, "2 minutes"],
  [900, "15 minutes"],
  [7_200, "2 hours"],
])("%d seconds are %s", (seconds, words) => {
  expect(formatWait(seconds)).toBe(words);
});
