import { expect, test } from "vitest";
import { askedPerWeek } from "./asked-per-week.ts";

const nowMs = Date.parse("2026-11-26T12:00:00.000Z");
const daysAgo = (days: number) => ({ askedAt: new Date(nowMs - days * 24 * 60 * 60_000).toISOString() });

test("questions are counted by the week, and those since the publishing by themselves", () => {
  const weeks = askedPerWeek(
    [daysAgo(0), daysAgo(1), daysAgo(3), daysAgo(8), daysAgo(83), daysAgo(200)],
    daysAgo(2).askedAt,
    nowMs,
  );
  expect(weeks).toHaveLength(12);
  expect(weeks.at(-1)).toMatchObject({ before: 1, since: 2 });
  expect(weeks.at(-2)).toMatchObject({ before: 1, since: 0 });
  expect(weeks[0]).toMatchObject({ before: 1, since: 0 });
  expect(weeks.reduce((sum, { before, since }) => sum + before + since, 0)).toBe(5);
});

test("without a publishing all of them are before it", () => {
  expect(askedPerWeek([daysAgo(1)], null, nowMs).at(-1)).toMatchObject({ before: 1, since: 0 });
});
