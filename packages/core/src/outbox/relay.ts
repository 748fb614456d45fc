import { EventEnvelope } from "@parley/contracts";
import type { Database } from "@parley/db";
import { outbox } from "@parley/db/schema";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import { asc, inArray } from "drizzle-orm";

const pageSize = 200;
/** How long an event waits at most that a process left behind when it died. */
const pollMs = 1_000;

/** Carries what was announced from the outbox to the event log. */
export type Relay = {
  /** Carries on what is there now; while it is at it, once more afterwards. */
  kick(): void;
  /** Carries on what this process commits, at once, and what others left, at the next poll. */
  start(): void;
  /** Resolves when what was under way is through. */
  stop(): Promise<void>;
};

/**
 * Events are published before they are deleted, so a crash in between publishes them again: at least once. Many relays may run: each
 * reads in the order of the ids, so an event's first delivery comes after those of the events before it, whoever makes it.
 */
export function createRelay({ db, eventLog, logger }: { db: Database; eventLog: EventLog; logger: Logger }): Relay {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let poll: NodeJS.Timeout | undefined;

  async function relayPage(): Promise<boolean> {
    const rows = await db.read("system", (read) => read.select().from(outbox).orderBy(asc(outbox.id)).limit(pageSize));
    if (rows.length === 0) return false;
    await eventLog.publish(
      rows.map(({ id, tenantId, event }) => EventEnvelope.parse({ id: String(id), tenantId, event })),
    );
    const ids = rows.map(({ id }) => id);
    await db.transaction("system", (tx) => tx.delete(outbox).where(inArray(outbox.id, ids)));
    return rows.length === pageSize;
  }

  async function run(): Promise<void> {
    try {
      do {
        again = false;
        while (await relayPage());
      } while (again && !stopped);
    } catch (error) {
      // Nothing is lost: the rows are still there at the next poll.
      logger.warn({ err: error }, "the outbox could not be relayed");
    }
  }

  const kick = () => {
    again = true;
    if (stopped) return;
    running ??= run().finally(() => {
      running = undefined;
    });
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
