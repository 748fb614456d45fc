import { expect, test } from "vitest";
import { formatCountdown } from "./format-countdown.ts";

test.each([
  [300, "5:00"],
  [65, "1:05"],
  [9, "0:09"],
])("%d seconds are %s", (seconds, words) => {
  expect(formatCountdown(seconds)).toBe(words);
});
