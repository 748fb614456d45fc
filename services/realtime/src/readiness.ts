import type { Database } from "@parley/db";
import type { EventLog, Subscription } from "@parley/platform/event-log/event-log";

type Check = "ok" | "failed";
export type Readiness = { status: "ready" | "unready"; checks: Record<"database" | "eventLog" | "follower", Check> };

/** For an answer of the database or the event log. */
const patienceMs = 2_000;

/** Whether sockets can be served: histories read, events heard. */
export async function checkReadiness(what: {
  db: Pick<Database, "ping">;
  eventLog: Pick<EventLog, "ping">;
  follower: Pick<Subscription, "alive">;
  isClosing: boolean;
}): Promise<Readiness> {
  const [database, eventLog] = await Promise.all([inTime(what.db.ping()), inTime(what.eventLog.ping())]);
  const checks = { database, eventLog, follower: what.follower.alive ? "ok" : "failed" } as const;
  const isReady = !what.isClosing && Object.values(checks).every((check) => check === "ok");
  return { status: isReady ? "ready" : "unready", checks };
}

async function inTime(check: Promise<void>): Promise<Check> {
  const { promise, resolve } = Promise.withResolvers<Check>();
  const timer = setTimeout(resolve, patienceMs, "failed");
  check.then(
    () => resolve("ok"),
    () => resolve("failed"),
  );
  const result = await promise;
  clearTimeout(timer);
  return result;
}
