import plugin from "@fastify/rate-limit";
import { AppError } from "@parley/core/app-error";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

type Limit = { max: number; seconds: number };
type Check = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Prepares the limits that routes ask for with `limitRate`. They are counted in this process's memory; without `enabled`, everybody
 * is let in.
 */
export async function registerRateLimits(app: FastifyInstance, { enabled }: { enabled: boolean }): Promise<void> {
  await app.register(plugin, { global: false, ...(!enabled && { allowList: () => true }) });
}

/**
 * Counts requests, by address or by what `keyOf` says.
 *
 * @throws AppError `rate.exceeded`, and says in `Retry-After` when to come back
 */
export function limitRate(app: FastifyInstance, limit: Limit, keyOf?: (request: FastifyRequest) => string): Check {
  const count = app.createRateLimit({
    max: limit.max,
    timeWindow: limit.seconds * 1_000,
    ...(keyOf && { keyGenerator: keyOf }),
  });
  return async (request, reply) => {
    const result = await count(request);
    if (result.isAllowed || !result.isExceeded) return;
    reply.header("retry-after", String(result.ttlInSeconds));
    throw new AppError("rate.exceeded");
  };
}
