import { afterEach, expect, test, vi } from "vitest";
import { lastPresence, presenceHeaders, watchPresence } from "./presence.ts";

afterEach(() => void vi.useRealTimers());

test("what is asked long after somebody touched the page is marked, and what is asked at once is not", () => {
  const page = new EventTarget();
  watchPresence(page);
  page.dispatchEvent(new Event("keydown"));
  const { touchedAtMs } = lastPresence();
  expect(presenceHeaders(undefined, touchedAtMs + 1_000)).toEqual({});
  expect(lastPresence().askedAtMs).toBe(touchedAtMs + 1_000);
  expect(presenceHeaders(undefined, touchedAtMs + 60_000)).toEqual({ "parley-background": "1" });
  expect(lastPresence().askedAtMs, "the api has not heard of anybody since").toBe(touchedAtMs + 1_000);
});

test.each(["click", "input"])(
  "a %s counts: whoever works by voice or a screen reader may make nothing else",
  (event) => {
    const page = new EventTarget();
    watchPresence(page);
    const before = lastPresence().touchedAtMs;
    vi.setSystemTime(before + 60_000);
    page.dispatchEvent(new Event(event));
    expect(lastPresence().touchedAtMs).toBe(before + 60_000);
  },
);

test("who causes a request can be known better than by when the page was touched", () => {
  const { touchedAtMs } = lastPresence();
  expect(presenceHeaders("page", touchedAtMs)).toEqual({ "parley-background": "1" });
  expect(presenceHeaders("person", touchedAtMs + 60_000)).toEqual({});
});
