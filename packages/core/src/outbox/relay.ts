import type { EventEnvelope } from "@parley/contracts";
import type { Database } from "@parley/db";
import { outbox } from "@parley/db/schema";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import { asc, inArray } from "drizzle-orm";

export type RelayOptions = {
  db: Database;
  eventLog: EventLog;
  logger: Logger;
  /** How long an event waits at most that a process left behind when it died, or that the event log would not take. */
  pollMs?: number;
  /** Events that are published at a time. */
  pageSize?: number;
};

/** Carries what was announced from the outbox to the event log. */
export type Relay = {
  /** Carries on what is there now; while it is at it, once more afterwards. */
  kick(): void;
  /** Carries on what this process commits, at once, and what others left, at the next poll. */
  start(): void;
  /** Resolves when what was under way is through; the rest stays in the outbox. */
  stop(): Promise<void>;
};

/**
 * Events are published before they are deleted, and never within a transaction, so a crash in between publishes them again: at least
 * once, with the same id. Many relays may run: each reads in the order of the ids, so an event's first delivery comes after those of
 * the events before it, whoever makes it.
 */
export function createRelay({ db, eventLog, logger, pollMs = 1_000, pageSize = 200 }: RelayOptions): Relay {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let failing = false;
  let poll: NodeJS.Timeout | undefined;

  /** @returns whether there may be more */
  async function relayPage(): Promise<boolean> {
    const rows = await db.read("system", (read) => read.select().from(outbox).orderBy(asc(outbox.id)).limit(pageSize));
    if (rows.length === 0) return false;
    await eventLog.publish(rows.map(({ id, tenantId, event }): EventEnvelope => ({ id: String(id), tenantId, event })));
    const ids = rows.map(({ id }) => id);
    await db.write("system", (write) => write.delete(outbox).where(inArray(outbox.id, ids)));
    return rows.length === pageSize;
  }

  async function run(): Promise<void> {
    try {
      while (again && !stopped) {
        again = false;
        if (await relayPage()) again = true;
      }
      if (failing) logger.info("the outbox is relayed again");
      failing = false;
    } catch (err) {
      // Nothing is lost: the rows are still there at the next kick or poll.
      if (!failing) logger.warn({ err }, "the outbox could not be relayed");
      failing = true;
    } finally {
      running = undefined; // not a moment later, or a kick would take this for a run that still looks
    }
  }

  const kick = () => {
    again = true;
    if (!stopped) running ??= run();
  };

  return {
    kick,
    start() {
      stopped = false;
      db.onSignal("outbox", kick);
      poll = setInterval(kick, pollMs);
      kick();
    },
    async stop() {
      stopped = true;
      clearInterval(poll);
      await running;
    },
  };
}
