import { type Database, openDatabase } from "@parley/db";
import type { Config } from "@parley/platform/config";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createRedisEventLog } from "@parley/platform/event-log/redis-event-log";
import type { Logger } from "@parley/platform/log";
import { createRateLimiter, type RateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { type Cache, createRedisCache } from "@parley/platform/redis-cache";

/** What a process needs that shares its database and its event log with others. */
export type Connections = {
  db: Database;
  eventLog: EventLog;
  rateLimiter: RateLimiter;
  /** What the database said of sessions, for a few seconds. */
  sessionCache: Cache;
  close(): Promise<void>;
};

/**
 * Connects to PostgreSQL and Redis, as api, realtime and worker do where they are processes of their own.
 *
 * @throws a sentence that names the variable when one of the two is not configured
 */
export async function connect(config: Config, logger: Logger): Promise<Connections> {
  const { url, poolSize } = config.database;
  if (!url) throw new Error("DATABASE_URL is not set: this process needs PostgreSQL (docs/deployment.md).");
  if (!config.redis.url) throw new Error("REDIS_URL is not set: this process needs Redis (docs/deployment.md).");
  const db = openDatabase({
    connection: { connectionString: url },
    max: poolSize,
  });
  const eventLog = await createRedisEventLog({
    url: config.redis.url,
    partitions: config.redis.partitions,
    logger,
  });
  const rateLimiter = createRateLimiter({
    redisUrl: config.redis.url,
    redisDeadlineMs: config.rateLimitDeadlineMs,
    logger,
  });
  const sessionCache = createRedisCache({ redisUrl: config.redis.url, name: "session", logger });
  return {
    db,
    eventLog,
    rateLimiter,
    sessionCache,
    async close() {
      sessionCache.close();
      rateLimiter.close();
      await eventLog.close();
      await db.close();
    },
  };
}
