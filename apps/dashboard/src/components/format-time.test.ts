import { describe, expect, test } from "vitest";
import { formatAge, formatDay, formatDuration } from "./format-time.ts";

// A Tuesday noon in whichever time zone the test runs.
const now = new Date(2026, 10, 24, 12, 0, 0);
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();

describe("an age is as short as it can be", () => {
  test.each([
    [0, "now"],
    [0.9, "now"],
    [1, "1m"],
    [59.9, "59m"],
    [60, "1h"],
    [23 * 60 + 59, "23h"],
    [24 * 60, "Mon"],
    [5 * 24 * 60, "Thu"],
    [7 * 24 * 60, "Nov 17"],
    [400 * 24 * 60, "Oct 20, 2025"],
  ])("%d minutes: %s", (minutes, age) => {
    expect(formatAge(before(minutes), now.getTime(), "en-US")).toBe(age);
  });

  test("a moment that this computer's clock has not reached yet is now", () => {
    expect(formatAge(before(-5), now.getTime())).toBe("now");
  });
});

test("a day is named by the calendar, not by hours", () => {
  const lateYesterday = new Date(2026, 10, 23, 23, 59).toISOString();
  const earlyToday = new Date(2026, 10, 24, 0, 1).toISOString();
  expect(formatDay(earlyToday, now.getTime())).toBe("Today");
  expect(formatDay(lateYesterday, now.getTime())).toBe("Yesterday");
  expect(formatDay(before(3 * 24 * 60), now.getTime(), "en-GB")).toMatch(/^Saturday,? 21 November 2026$/);
});

test.each([
  [0, "0 ms"],
  [142.6, "143 ms"],
  [1_400, "1.4 s"],
  [125_000, "2 min 5 s"],
])("%d milliseconds are %s", (durationMs, words) => {
  expect(formatDuration(durationMs)).toBe(words);
});
