import { createRelay } from "@parley/core/outbox/relay";
import { createWorld } from "@parley/core/testing/world";
import { openDatabase } from "@parley/db";
import { createRedisEventLog } from "@parley/platform/event-log/redis-event-log";
import { logger, redisUrl } from "./realtime-world.ts";
import { database } from "./test-database.ts";

/** What writes beside the nodes: the database, and the relay that tells them of it. */
export async function createWriter() {
  const db = openDatabase({ connection: database.connection, max: 4 });
  const eventLog = await createRedisEventLog({ url: redisUrl, logger });
  const relay = createRelay({ db, eventLog, logger });
  relay.start();
  return {
    ...(await createWorld(db)),
    [Symbol.asyncDispose]: async () => {
      await relay.stop();
      await eventLog.close();
      await db.close();
    },
  };
}
