import type { Plan, RateLimit } from "@parley/contracts";
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { RedisConnection } from "../event-log/redis-connection.ts";
import type { Logger } from "../log.ts";
import { type Counted, limitKey } from "./limit-key.ts";

export type Verdict = {
  /** `unknown`: an attempt to authenticate that can't be counted, and is not to be let in. */
  outcome: "allowed" | "exceeded" | "unknown";
  max: number;
  remaining: number;
  /** Until the count begins anew. */
  resetMs: number;
};

type Count = { limit: RateLimit; of: Counted; plan?: Plan | undefined; cost?: number | undefined };

/** Counts by the table `rateLimits` of contracts. It throws nothing. */
export type RateLimiter = {
  /** Spends `cost`, 1 when left out: all of several at once, before anybody else. */
  spend(count: Count): Promise<Verdict>;
  /** Takes back what was spent for nothing. */
  giveBack(count: Count): Promise<void>;
  close(): void;
};

/**
 * Counts in Redis, for all processes together; without `redisUrl` in this process alone. While Redis is away each process counts for
 * itself, but lets nobody try to authenticate.
 */
export function createRateLimiter({
  redisUrl,
  redisDeadlineMs = 500,
  logger,
}: {
  redisUrl?: string | undefined;
  /** How long a reply of Redis may take before the count goes on without it. */
  redisDeadlineMs?: number;
  logger: Logger;
}): RateLimiter {
  const redis = redisUrl ? new RedisConnection(redisUrl, logger, { quiet: true }) : undefined;
  const limiters = new Map<string, RateLimiterAbstract>();

  function limiterOf({ name, tier, seconds }: RateLimit, max: number): RateLimiterAbstract {
    const id = `${name} ${max}`;
    const known = limiters.get(id);
    if (known) return known;
    const shape = { keyPrefix: `parley:rate:${name}`, points: max, duration: seconds };
    const made = redis
      ? new RateLimiterRedis({
          ...shape,
          storeClient: clientOver(redis, redisDeadlineMs),
          useRedisPackage: true,
          rejectIfRedisNotReady: true,
          // Programs go on asking without a person who would stop. Nothing of theirs is given back, so what is spent stays spent.
          ...(tier === "api_key" && { inMemoryBlockOnConsumed: max + 1 }),
          ...(tier !== "authentication" && { insuranceLimiter: new RateLimiterMemory(shape) }),
        })
      : new RateLimiterMemory(shape);
    limiters.set(id, made);
    return made;
  }

  return {
    async spend({ limit, of, plan, cost = 1 }) {
      const max = maxOf(limit, plan);
      const verdict = ({ remainingPoints, msBeforeNext }: RateLimiterRes, outcome: Verdict["outcome"]) => ({
        outcome,
        max,
        remaining: outcome === "allowed" ? remainingPoints : 0,
        resetMs: Math.max(0, msBeforeNext),
      });
      try {
        return verdict(await limiterOf(limit, max).consume(limitKey(of), cost), "allowed");
      } catch (error) {
        if (error instanceof RateLimiterRes) return verdict(error, "exceeded");
        logger.warn({ err: error, limit: limit.name }, "an attempt could not be counted, and was refused");
        return { outcome: "unknown", max, remaining: 0, resetMs: 1_000 };
      }
    },

    async giveBack({ limit, of, plan, cost = 1 }) {
      try {
        await limiterOf(limit, maxOf(limit, plan)).reward(limitKey(of), cost);
      } catch (error) {
        logger.warn({ err: error, limit: limit.name }, "what was spent for nothing could not be given back");
      }
    },

    close() {
      redis?.close();
    },
  };
}

function maxOf({ max }: RateLimit, plan: Plan = "standard"): number {
  return typeof max === "number" ? max : max[plan];
}

/** What the limiter asks of a client of Redis. A reply that does not come is no reason to wait. */
function clientOver(redis: RedisConnection, deadlineMs: number) {
  return {
    get isReady() {
      return redis.isReady;
    },
    eval: (script: string, options: { keys: string[]; arguments: string[] }) =>
      redis.run((client) => client.eval(script, options), { deadlineMs }),
  };
}
