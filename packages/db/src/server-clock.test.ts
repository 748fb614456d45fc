import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createServerClock } from "./server-clock.ts";

const serverMs = Date.UTC(2026, 0, 1);
beforeEach(() => vi.useFakeTimers({ toFake: ["Date", "performance"], now: serverMs + 9 * 3_600_000 }));
afterEach(() => vi.useRealTimers());

test("the server's time is asked for once a minute, by however many at once, and goes on in between whatever this clock is set to", async () => {
  const ask = vi.fn(async () => serverMs);
  const now = createServerClock(ask);
  expect(await Promise.all([now(), now()])).toEqual([new Date(serverMs), new Date(serverMs)]);
  vi.advanceTimersByTime(30_000);
  vi.setSystemTime(0);
  expect(await now()).toEqual(new Date(serverMs + 30_000));
  expect(ask).toHaveBeenCalledTimes(1);
  ask.mockResolvedValue(serverMs + 90_000);
  vi.advanceTimersByTime(30_001);
  expect(await now()).toEqual(new Date(serverMs + 90_000));
  expect(ask).toHaveBeenCalledTimes(2);
});

test("while the server does not answer its time holds on; before it ever has, there is none", async () => {
  const ask = vi.fn(async () => serverMs);
  const now = createServerClock(ask);
  ask.mockRejectedValueOnce(new Error("away"));
  await expect(now()).rejects.toThrow("away");
  expect(await now()).toEqual(new Date(serverMs));
  ask.mockRejectedValue(new Error("away"));
  vi.advanceTimersByTime(3_600_000);
  expect(await now()).toEqual(new Date(serverMs + 3_600_000));
});
