import { randomUUID } from "node:crypto";
import { type RateLimit, rateLimits, TenantId } from "@parley/contracts";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createLogger } from "../log.ts";
import { startTcpProxy } from "../testing/tcp-proxy.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limiter.ts";

const redisUrl = process.env.REDIS_URL ?? "";
const logger = createLogger({ level: "silent", format: "json" });
const opened: RateLimiter[] = [];
/** A limiter as a process of its own would have: with its own connection and memory. */
function open(url?: string): RateLimiter {
  const limiter = createRateLimiter({ redisUrl: url, logger });
  opened.push(limiter);
  return limiter;
}
afterAll(() => {
  for (const limiter of opened) limiter.close();
});

const limit: RateLimit = { name: "ofThisTest", tier: "address", max: 20, seconds: 60 };
const attempts: RateLimit = { ...limit, name: "attemptsOfThisTest", tier: "authentication" };
const somebody = () => ({ of: [randomUUID()] });

/** Until it counts in Redis: two of them then count together. */
async function countTogether(...limiters: RateLimiter[]) {
  await vi.waitFor(async () => {
    for (const limiter of limiters) {
      expect((await limiter.spend({ limit: attempts, of: somebody() })).outcome).toBe("allowed");
    }
  });
}

describe.each([
  ["in memory", undefined],
  ["in Redis", redisUrl],
])("%s", (_, url) => {
  test("[R5] of 100 at the limit less one exactly one wins, each of 30 times", async () => {
    const [one, other] = url ? [open(url), open(url)] : Array<RateLimiter>(2).fill(open());
    if (!one || !other) throw new Error("there are two");
    if (url) await countTogether(one, other);
    for (let race = 0; race < 30; race++) {
      const of = somebody();
      await one.spend({ limit, of, cost: 19 });
      const verdicts = await Promise.all(
        Array.from({ length: 100 }, (_, n) => (n % 2 ? one : other).spend({ limit, of })),
      );
      expect(verdicts.filter(({ outcome }) => outcome === "allowed")).toHaveLength(1);
    }
  });

  test("says how much is left and for how long; what was given back is there again", async () => {
    const limiter = open(url);
    if (url) await countTogether(limiter);
    const of = somebody();
    expect(await limiter.spend({ limit, of, cost: 5 })).toMatchObject({ outcome: "allowed", max: 20, remaining: 15 });
    await limiter.giveBack({ limit, of, cost: 2 });
    const { remaining, resetMs } = await limiter.spend({ limit, of });
    expect(remaining).toBe(16);
    expect(resetMs).toBeGreaterThan(50_000);
    expect(resetMs).toBeLessThanOrEqual(60_000);
    expect(await limiter.spend({ limit, of, cost: 17 })).toMatchObject({ outcome: "exceeded", remaining: 0 });
    expect((await limiter.spend({ limit, of: somebody() })).outcome).toBe("allowed");
  });

  test("goes by the tenant's plan", async () => {
    const limiter = open(url);
    if (url) await countTogether(limiter);
    const spendOn = async (plan: "standard" | "large") => {
      const of = { tenantId: TenantId.parse(randomUUID()), of: [] };
      return (await limiter.spend({ limit: rateLimits.tenantRequests, of, plan, cost: 6_001 })).outcome;
    };
    expect(await spendOn("standard")).toBe("exceeded");
    expect(await spendOn("large")).toBe("allowed");
  });
});

describe("[R6 + control] while Redis is away", () => {
  const target = new URL(redisUrl);
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let limiter: RateLimiter;
  beforeAll(async () => {
    proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
    const through = new URL(redisUrl);
    through.host = `127.0.0.1:${proxy.port}`;
    limiter = open(through.href);
    await countTogether(limiter);
  });
  afterAll(() => proxy.stop());

  async function isBounded() {
    expect((await limiter.spend({ limit: attempts, of: somebody() })).outcome).toBe("unknown");
    const of = somebody();
    const outcomes: string[] = [];
    for (let time = 0; time < 21; time++) outcomes.push((await limiter.spend({ limit, of })).outcome);
    expect(outcomes).toEqual([...Array<string>(20).fill("allowed"), "exceeded"]);
  }

  test("nobody is let in to authenticate, the rest is counted here, and it is as before when Redis is back", async () => {
    proxy.refuse();
    await isBounded();
    proxy.heal();
    await countTogether(limiter);
  });

  test("an API key that had spent its share is refused still, since Redis is not asked about it", async () => {
    const of = somebody();
    const keys: RateLimit = { ...limit, name: "keysOfThisTest", tier: "api_key" };
    expect((await limiter.spend({ limit: keys, of, cost: 21 })).outcome).toBe("exceeded");
    proxy.refuse();
    expect((await limiter.spend({ limit: keys, of })).outcome).toBe("exceeded");
    proxy.heal();
    await countTogether(limiter);
  });

  test("the same when it takes connections and says nothing", async () => {
    proxy.fallSilent();
    await isBounded();
    proxy.heal();
    await countTogether(limiter);
  });
});

test("[T8] counters end with their time, and those of a tenant lie together", async () => {
  const limiter = open(redisUrl);
  await countTogether(limiter);
  const tenantId = TenantId.parse(randomUUID());
  await limiter.spend({ limit: rateLimits.messages, of: { tenantId, of: ["a:*\r\n"] } });
  const client = await createClient({ url: redisUrl }).connect();
  try {
    const key = `parley:rate:messages:{${tenantId}}:a%3a%2a%0d%0a`;
    expect(await client.keys(`*${tenantId}*`)).toEqual([key]);
    expect(await client.pTTL(key)).toBeGreaterThan(0);
  } finally {
    client.destroy();
  }
});
