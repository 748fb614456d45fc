import type { IncomingMessage } from "node:http";
import proxyAddr from "@fastify/proxy-addr";
import { rateLimits } from "@parley/contracts";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { RateLimiter, Verdict } from "@parley/platform/rate-limits/rate-limiter";

/** Where a request comes from. A proxy is believed when it is named, as by the api. */
export function createAddressOf(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request) => proxyAddr(request, isTrusted);
}

/** Counts the sockets that an address begins. */
export const createAdmission =
  (rateLimiter: RateLimiter, addressOf: (request: IncomingMessage) => string) =>
  (request: IncomingMessage): Promise<Verdict> =>
    rateLimiter.spend({ limit: rateLimits.sockets, of: { of: [countedAddress(addressOf(request))] } });
