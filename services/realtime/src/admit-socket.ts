import type { IncomingMessage } from "node:http";
import proxyAddr from "@fastify/proxy-addr";
import { rateLimits } from "@parley/contracts";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { RateLimiter, Verdict } from "@parley/platform/rate-limits/rate-limiter";

/** Counts the sockets that an address begins. A proxy is believed when it is named, as by the api. */
export function createAdmission(rateLimiter: RateLimiter, trustedProxies: readonly string[]) {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request: IncomingMessage): Promise<Verdict> =>
    rateLimiter.spend({ limit: rateLimits.sockets, of: { of: [countedAddress(proxyAddr(request, isTrusted))] } });
}
