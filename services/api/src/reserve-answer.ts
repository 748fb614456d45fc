import type { Visitor } from "@parley/auth";
import { type Plan, rateLimits } from "@parley/contracts";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { FastifyInstance, FastifyReply } from "fastify";
import { refuse } from "./rate-limit.ts";

/** What one answer costs, set aside before it is known whether one becomes due. */
export type Reservation = {
  /** An answer becomes due. @throws AppError `rate.exceeded` when there was nothing to set aside */
  use(): void;
  /** To be called in the end: gives back what was not used. */
  release(): Promise<void>;
};

/**
 * Sets aside one answer of the contact's, of the address's and of the tenant's share.
 *
 * @param visitor.address where the request came from: contacts can be had for nothing, addresses can't
 */
export async function reserveAnswer(
  app: FastifyInstance,
  reply: FastifyReply,
  { tenantId, contactId, address }: Visitor & { address: string },
  plan: Plan,
): Promise<Reservation> {
  const { rateLimiter } = app;
  if (!rateLimiter) return { use() {}, async release() {} };
  const shares = [
    { limit: rateLimits.answers, of: { tenantId, of: [contactId] } },
    { limit: rateLimits.addressAnswers, of: { tenantId, of: [countedAddress(address)] } },
    { limit: rateLimits.tenantAnswers, of: { tenantId, of: [] }, plan },
  ];
  const spent: typeof shares = [];
  const giveBack = () => Promise.all(spent.splice(0).map((share) => rateLimiter.giveBack(share)));
  for (const share of shares) {
    const verdict = await rateLimiter.spend(share);
    if (verdict.outcome !== "allowed") {
      await giveBack();
      return { use: () => refuse(reply, verdict), async release() {} };
    }
    spent.push(share);
  }
  let used = false;
  return {
    use() {
      used = true;
    },
    async release() {
      if (!used) await giveBack();
    },
  };
}
