import { afterEach, expect, test, vi } from "vitest";
import type { Logger } from "./log.ts";
import { checkReadiness, shareCheck, watchReadiness } from "./readiness.ts";

afterEach(() => void vi.useRealTimers());

const well = async () => {};
const failing = async () => {
  throw new Error("away");
};

test("is ready when every check succeeds", async () => {
  expect(await checkReadiness({ database: well, eventLog: well })).toEqual({
    status: "ready",
    checks: { database: "ok", eventLog: "ok" },
  });
});

test("is not ready when one fails, and says which", async () => {
  const away = () => Promise.reject(new Error("away"));
  expect(await checkReadiness({ database: away, eventLog: well })).toEqual({
    status: "unready",
    checks: { database: "failed", eventLog: "ok" },
  });
});

test("a failure is logged once, however often it is asked for, and so is its end", async () => {
  const said: string[] = [];
  const say = (level: string) => (fields: object, text: string) =>
    void said.push(`${level} ${text} ${JSON.stringify(fields)}`);
  const logger = { warn: say("warn"), info: say("info") } as unknown as Logger;
  let database = well;
  const ask = watchReadiness({ database: () => database(), eventLog: well }, logger);
  for (const state of [well, failing, failing, well, well, failing]) {
    database = state;
    await ask();
  }
  const unready = 'warn not ready {"checks":{"database":"failed","eventLog":"ok"}}';
  expect(said).toEqual([unready, 'info ready again {"checks":{"database":"ok","eventLog":"ok"}}', unready]);
});

test("does not wait for what never answers", async () => {
  vi.useFakeTimers();
  const silent = () => new Promise<void>(() => {});
  const readiness = checkReadiness({ database: silent, eventLog: well });
  await vi.runAllTimersAsync();
  expect(await readiness).toEqual({ status: "unready", checks: { database: "failed", eventLog: "ok" } });
});

test("a shared check runs once for all who ask at once and within a second, and then anew", async () => {
  vi.useFakeTimers();
  const check = vi.fn(async () => "well");
  const shared = shareCheck(check);
  const ask = () => Promise.all(Array.from({ length: 100 }, shared));
  expect(new Set(await ask())).toEqual(new Set(["well"]));
  await vi.advanceTimersByTimeAsync(999);
  await ask();
  expect(check).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  await ask();
  expect(check).toHaveBeenCalledTimes(2);
});

test("a shared check that failed, or never answers, is tried again", async () => {
  vi.useFakeTimers();
  const failing = vi.fn(() => Promise.reject(new Error("away")));
  const shared = shareCheck(failing);
  await expect(shared()).rejects.toThrow("away");
  await expect(shared()).rejects.toThrow("away");
  expect(failing).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(shared()).rejects.toThrow("away");
  expect(failing).toHaveBeenCalledTimes(2);

  const silent = vi.fn(() => new Promise(() => {}));
  const waiting = shareCheck(silent);
  void waiting();
  await vi.advanceTimersByTimeAsync(2_999);
  void waiting();
  expect(silent).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  void waiting();
  expect(silent).toHaveBeenCalledTimes(2);
});
