import { expect, test } from "vitest";
import { daysOf, describeWrongDays, lastDays, monthAround, parseCostsSearch, toSpan } from "./costs-search.ts";

test("an address without a whole time, with a wrong one or with more than a year says nothing", () => {
  expect(parseCostsSearch({ from: "2026-11-01", until: "2026-11-26" })).toEqual({
    from: "2026-11-01",
    until: "2026-11-26",
  });
  for (const wrong of [
    {},
    { from: "2026-11-01" },
    { from: "2026-11-02", until: "2026-11-01" },
    { from: "2026-13-01", until: "2026-13-02" },
    { from: "2024-01-01", until: "2026-01-01" },
    { from: 1, until: null },
  ]) {
    expect(parseCostsSearch(wrong)).toEqual({});
  }
});

test("months are those of UTC, this one up to today", () => {
  const now = new Date("2026-03-01T00:30:00+01:00");
  expect(monthAround(now)).toEqual({ from: "2026-02-01", until: "2026-02-28" });
  expect(monthAround(now, 2)).toEqual({ from: "2025-12-01", until: "2025-12-31" });
  expect(lastDays(now, 7)).toEqual({ from: "2026-02-22", until: "2026-02-28" });
});

test("the last day is whole, and every day is there, also where clocks change", () => {
  expect(toSpan({ from: "2026-03-28", until: "2026-03-30" })).toEqual({
    from: "2026-03-28T00:00:00.000Z",
    to: "2026-03-31T00:00:00.000Z",
  });
  expect(daysOf({ from: "2026-03-28", until: "2026-03-30" })).toEqual(["2026-03-28", "2026-03-29", "2026-03-30"]);
});

test("a time that can't be shown is told why", () => {
  const of = (from: string, until: string) => describeWrongDays({ from, until });
  expect(of("2026-11-02", "2026-11-01")).toBe("Until is before From.");
  expect(of("2024-01-01", "2026-01-01")).toBe("A year at most: these are 732 days.");
  expect(of("", "2026-01-01")).toBe("A day is missing.");
  expect(of("2026-11-01", "2026-11-01")).toBeUndefined();
  expect(of("2024-01-01", "2024-12-31")).toBeUndefined();
});
