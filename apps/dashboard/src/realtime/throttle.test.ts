import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { throttle } from "./throttle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first call works at once; what comes within the interval is done once, at its end", () => {
  const work = vi.fn();
  const throttled = throttle(work, 400);
  throttled();
  expect(work).toHaveBeenCalledTimes(1);
  for (let call = 0; call < 50; call++) throttled();
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(400);
  expect(work).toHaveBeenCalledTimes(2);
});

test("a steady stream of calls is worked off at the interval, and nothing follows it", () => {
  const work = vi.fn();
  const throttled = throttle(work, 400);
  for (let elapsedMs = 0; elapsedMs < 4_000; elapsedMs += 10) {
    throttled();
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(4_000);
  expect(work).toHaveBeenCalledTimes(11);
});

test("what was cancelled is not done", () => {
  const work = vi.fn();
  const throttled = throttle(work, 400);
  throttled();
  throttled();
  throttled.cancel();
  vi.advanceTimersByTime(1_000);
  expect(work).toHaveBeenCalledTimes(1);
});

test("work that is under way is not begun anew; what was asked for meanwhile is done after it", async () => {
  let done = () => {};
  const work = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
  const throttled = throttle(work, 400);
  throttled();
  throttled();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(work).toHaveBeenCalledTimes(1);
  done();
  await vi.advanceTimersByTimeAsync(0);
  expect(work).toHaveBeenCalledTimes(2);
  done();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(work).toHaveBeenCalledTimes(2);
});
