import { afterEach, expect, test, vi } from "vitest";
import { checkReadiness } from "./readiness.ts";

afterEach(() => void vi.useRealTimers());

const well = async () => {};

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

test("does not wait for what never answers", async () => {
  vi.useFakeTimers();
  const silent = () => new Promise<void>(() => {});
  const readiness = checkReadiness({ database: silent, eventLog: well });
  await vi.runAllTimersAsync();
  expect(await readiness).toEqual({ status: "unready", checks: { database: "failed", eventLog: "ok" } });
});
