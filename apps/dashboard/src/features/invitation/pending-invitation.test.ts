import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pendingInvitation } from "./pending-invitation.ts";

const stored = new Map<string, string>();
beforeEach(() => {
  vi.useFakeTimers();
  stored.clear();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an invitation that nobody accepts is kept for the week in which it is good, and then nothing is left of it", () => {
  pendingInvitation.keep("a-secret");
  vi.advanceTimersByTime(7 * 24 * 3_600_000 - 1);
  expect(pendingInvitation.read()).toBe("a-secret");
  vi.advanceTimersByTime(1);
  expect(pendingInvitation.read()).toBeNull();
  expect(stored).toEqual(new Map());
});

test("what an earlier release has kept without its time is thrown away", () => {
  stored.set("parley.invitation", "a-secret");
  expect(pendingInvitation.read()).toBeNull();
  expect(stored).toEqual(new Map());
});
