import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { rateLimits } from "@parley/contracts";
import { createRateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { expect, test } from "vitest";
import { createRealtimeWorld, logger } from "./testing/realtime-world.ts";

test("[R5] an address begins so many sockets a minute, whatever it says of itself; the next is told when to come back", async () => {
  const rateLimiter = createRateLimiter({ logger });
  const spent = { limit: rateLimits.sockets, cost: rateLimits.sockets.max - 1 };
  for (const address of ["127.0.0.1", "0:0:0:0::/64"]) await rateLimiter.spend({ ...spent, of: { of: [address] } });
  await using world = await createRealtimeWorld({ rateLimiter });

  async function upgrade(forwardedFor: string): Promise<IncomingMessage> {
    const asked = request(world.http, {
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "x-forwarded-for": forwardedFor,
      },
    }).end();
    const [answer] = (await Promise.race([once(asked, "upgrade"), once(asked, "response")])) as [IncomingMessage];
    answer.socket.destroy();
    return answer;
  }
  expect((await upgrade("198.51.100.1")).statusCode).toBe(101);
  const refused = await upgrade("198.51.100.2");
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
});
