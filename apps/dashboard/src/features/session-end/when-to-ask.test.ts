import { expect, test } from "vitest";
import { firstEnd, secondsToNextLook } from "./when-to-ask.ts";

test.each([
  ["long before the end: when the notice is due", { idleSeconds: 1_800, longestSeconds: 20_000 }, 1_500],
  ["also when the longest time is over first", { idleSeconds: 1_800, longestSeconds: 400 }, 100],
  ["while it is told: often", { idleSeconds: 299, longestSeconds: 20_000 }, 15],
  ["at the end: just after it", { idleSeconds: 4, longestSeconds: 20_000 }, 5],
  ["which is asked once a second if it does not come", { idleSeconds: 0, longestSeconds: 20_000 }, 1],
])("the server is asked %s", (_, left, seconds) => {
  expect(secondsToNextLook(left)).toBe(seconds);
});

test("what ends first is what is told", () => {
  expect(firstEnd({ idleSeconds: 10, longestSeconds: 11 })).toEqual({ why: "idle", seconds: 10 });
  expect(firstEnd({ idleSeconds: 10, longestSeconds: 10 })).toEqual({ why: "longest", seconds: 10 });
});
