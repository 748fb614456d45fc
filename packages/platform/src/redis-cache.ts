import { RedisConnection } from "./event-log/redis-connection.ts";
import type { Logger } from "./log.ts";

/** What may be asked again elsewhere, kept for all processes. It throws nothing: what it can't tell it does not know. */
export type Cache = {
  get(key: string): Promise<string | undefined>;
  /** @param forMs after which it is forgotten */
  set(key: string, value: string, forMs: number): Promise<void>;
  forget(key: string): Promise<void>;
  close(): void;
};

/** A cache in Redis. While that is away, or slow, nothing is known, at once. */
export function createRedisCache({
  redisUrl,
  name,
  deadlineMs = 250,
  logger,
}: {
  redisUrl: string;
  /** Of its keys: `parley:<name>:…`. */
  name: string;
  deadlineMs?: number;
  logger: Logger;
}): Cache {
  const redis = new RedisConnection(redisUrl, logger, { quiet: true });
  const keyOf = (key: string) => `parley:${name}:${key}`;

  async function attempt<T>(command: Parameters<typeof redis.run<T>>[0]): Promise<T | undefined> {
    if (!redis.isReady) return undefined;
    try {
      return await redis.run(command, { deadlineMs });
    } catch (error) {
      logger.debug({ err: error, cache: name }, "the cache did not answer");
      return undefined;
    }
  }

  return {
    get: async (key) => (await attempt((client) => client.get(keyOf(key)))) ?? undefined,
    async set(key, value, forMs) {
      await attempt((client) => client.set(keyOf(key), value, { expiration: { type: "PX", value: forMs } }));
    },
    async forget(key) {
      await attempt((client) => client.del(keyOf(key)));
    },
    close: () => redis.close(),
  };
}
