import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whileWanted } from "./while-wanted.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;
/** Work that has no end of its own. */
const endless = (signal: AbortSignal) =>
  new Promise<string>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));

test("work goes on while it is wanted, and ends within a second once it is not", async () => {
  let isWanted = true;
  const working = whileWanted(async () => isWanted, endless, never);
  const ended = vi.fn();
  void working.then(ended);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended).not.toHaveBeenCalled();
  isWanted = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ended).toHaveBeenCalledWith(undefined);
  expect(vi.getTimerCount()).toBe(0);
});

test("work goes on while nobody can tell whether it is wanted", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const working = whileWanted(
    () => Promise.reject(new Error("no database")),
    () => promise,
    never,
  );
  await vi.advanceTimersByTimeAsync(60_000);
  resolve("done");
  expect(await working).toBe("done");
});

test("what ends the work otherwise is thrown", async () => {
  const stopping = new AbortController();
  const working = whileWanted(async () => true, endless, stopping.signal);
  stopping.abort(new Error("this process ends"));
  await expect(working).rejects.toThrow("this process ends");
  const failing = whileWanted(
    async () => true,
    () => Promise.reject(new Error("a fault")),
    never,
  );
  await expect(failing).rejects.toThrow("a fault");
});
