import { expect, test } from "vitest";
import { checkReadiness } from "./readiness.ts";

const well = {
  db: { ping: () => Promise.resolve() },
  eventLog: { ping: () => Promise.resolve() },
  follower: { alive: true },
  isClosing: false,
};
const down = { ping: () => Promise.reject(new Error("down")) };

test("is ready when histories can be read and events are heard", async () => {
  expect(await checkReadiness(well)).toEqual({
    status: "ready",
    checks: { database: "ok", eventLog: "ok", follower: "ok" },
  });
});

test.each([
  ["the database is away", { db: down }, { database: "failed" }],
  ["the event log is away", { eventLog: down }, { eventLog: "failed" }],
  ["events are not heard", { follower: { alive: false } }, { follower: "failed" }],
  ["it is closing", { isClosing: true }, {}],
])("is not ready when %s", async (_, trouble, checks) => {
  expect(await checkReadiness({ ...well, ...trouble })).toMatchObject({ status: "unready", checks });
});
