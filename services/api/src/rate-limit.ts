import { createHash } from "node:crypto";
import type { Plan, RateLimit } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { type Counted, countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { RateLimiter, Verdict } from "@parley/platform/rate-limits/rate-limiter";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

type Check = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
/** Whose count it is: a name, or a name within a tenant. */
type Whose = string | Counted;

declare module "fastify" {
  interface FastifyInstance {
    /** Undefined: everybody is let in. */
    rateLimiter: RateLimiter | undefined;
  }
}

/**
 * Counts uses of a route by the address that they come from.
 *
 * @param options.of whose count it is instead
 * @param options.cost how many uses a request is, 1 when left out
 * @throws as `spend`
 */
export function limitRate(
  app: FastifyInstance,
  limit: RateLimit,
  options: { of?: (request: FastifyRequest) => Whose; cost?: (request: FastifyRequest) => number } = {},
): Check {
  const { of = ({ ip }) => countedAddress(ip), cost } = options;
  return (request, reply) => spend(app, reply, limit, of(request), { cost: cost?.(request) });
}

/**
 * Counts against a limit, and tells the client how much is left, in the headers `RateLimit` and `RateLimit-Policy` of
 * draft-ietf-httpapi-ratelimit-headers-10.
 *
 * @throws AppError `rate.exceeded`, and says in `Retry-After` when to come back; `service.busy` when an attempt to authenticate
 *   can't be counted
 */
export async function spend(
  app: FastifyInstance,
  reply: FastifyReply,
  limit: RateLimit,
  whose: Whose,
  { plan, cost }: { plan?: Plan | undefined; cost?: number | undefined } = {},
): Promise<void> {
  const { rateLimiter } = app;
  if (!rateLimiter) return;
  const of = typeof whose === "string" ? { of: [whose] } : whose;
  const verdict = await rateLimiter.spend({ limit, of, plan, cost });
  describe(reply, limit, verdict);
  if (verdict.outcome !== "allowed") refuse(reply, verdict);
}

/** @throws AppError as `spend` */
export function refuse(reply: FastifyReply, verdict: Verdict): never {
  reply.header("retry-after", String(secondsOf(verdict)));
  throw new AppError(verdict.outcome === "exceeded" ? "rate.exceeded" : "service.busy");
}

/** Structured fields, a member for each limit that was counted. */
function describe(reply: FastifyReply, { name, seconds }: RateLimit, verdict: Verdict): void {
  if (verdict.outcome === "unknown") return;
  append(reply, "ratelimit-policy", `"${name}";q=${verdict.max};w=${seconds}`);
  append(reply, "ratelimit", `"${name}";r=${verdict.remaining};t=${secondsOf(verdict)}`);
}

function append(reply: FastifyReply, header: string, member: string): void {
  const before = reply.getHeader(header);
  reply.header(header, before === undefined ? member : `${before}, ${member}`);
}

/** Of an e-mail address: what counts is who is mailed, and the counter need not know whom. */
export const digestOf = (address: string): string =>
  createHash("sha256").update(address.trim().toLowerCase()).digest("base64url");

const secondsOf = ({ resetMs }: Verdict) => Math.max(1, Math.ceil(resetMs / 1_000));
