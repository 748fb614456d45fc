import { expect, test } from "vitest";
import { formatDate, formatTime } from "./format-time.ts";

// Without a zone: the visitor's own, whatever it is.
const now = new Date("2026-11-24T18:00:00");
const plain = (text: string) => text.replace(/\s/g, " ");

test.each([
  ["2026-11-24T09:05:00", "9:05 AM"],
  ["2026-11-23T09:05:00", "Nov 23, 9:05 AM"],
  ["2025-12-31T23:59:00", "Dec 31, 2025, 11:59 PM"],
])("%s is told as %s", (iso, text) => expect(plain(formatTime(iso, now, "en-US"))).toBe(text));

test("other languages have their own way", () => {
  expect(formatTime("2026-11-23T09:05:00", now, "de-DE")).toMatch(/23\. Nov\.?,? (um )?0?9:05/);
  expect(formatDate("2026-11-23T09:05:00", "en-GB")).toBe("23 Nov 2026");
});
