import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { type Cache, createRedisCache } from "@parley/platform/redis-cache";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createAccounts } from "../accounts.ts";
import { apiUrl, createBrowser, origin, password, secret } from "../testing/browser.ts";

const logger = createLogger({ level: "silent", format: "json" });
const redisUrl = String(process.env.REDIS_URL);
let database: TestDatabase;
let db: Database;
let cache: Cache;
/** Everything that was kept in the cache, by key, with how long it is kept. */
const kept = new Map<string, number>();
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 4 });
  cache = createRedisCache({ redisUrl, name: `test-${randomUUID()}`, logger });
  await vi.waitFor(async () => {
    await cache.set("ready", "yes", 1_000);
    expect(await cache.get("ready")).toBe("yes");
  });
});
afterAll(async () => {
  cache.close();
  await db.close();
  await database.drop();
});

/** Somebody signed in, and how often the database is asked about them. */
async function person(through: Cache = cache) {
  const sessionCache: Cache = {
    ...through,
    async set(key, value, forMs) {
      kept.set(key, forMs);
      await through.set(key, value, forMs);
    },
  };
  const accounts = createAccounts({ db, secret, apiUrl, appOrigins: [origin], sessionCache });
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  kept.clear();
  const asked = vi.spyOn(db, "run");
  asked.mockClear();
  return { userId, browser, asked };
}
/** As if what is kept had reached its end. */
const letExpire = async () => {
  for (const key of kept.keys()) await cache.forget(key);
};
const endAll = (userId: string) => db.authDatabase().execute(sql`delete from auth.session where user_id = ${userId}`);

test("[S3 + control] for three seconds the database is not asked again; then what it says counts", async () => {
  const { userId, browser, asked } = await person();
  const [first] = [await browser.session(), await browser.session(), await browser.session()];
  expect(first?.user.id).toBe(userId);
  expect(asked).toHaveBeenCalledTimes(1);
  expect([...kept.values()]).toEqual([3_000]);
  expect([...kept.keys()].join()).not.toContain(first?.token);
  await endAll(userId);
  await letExpire();
  expect(await browser.session()).toBeUndefined();
});

test("[S3] a person who signs out is out at once, where they did it", async () => {
  const { browser } = await person();
  const before = browser.headers();
  expect(await browser.session()).toBeDefined();
  await browser.post("/sign-out");
  browser.jar.set("parley.session_token", String(before.get("cookie")).match(/session_token=([^;]+)/)?.[1] ?? "");
  expect(await browser.session()).toBeUndefined();
});

test("activity is noted by way of the cache, too; of a session that is over none is, and it is over at once", async () => {
  const { userId, browser } = await person();
  await db.authDatabase().execute(sql`
    update auth.session set active_at = active_at - interval '5 minutes' where user_id = ${userId}`);
  expect(await browser.session({ background: true })).toBeDefined();
  const activeLately = async () =>
    (
      await db.authDatabase().execute(sql`
        select active_at > now() - interval '1 minute' as lately from auth.session where user_id = ${userId}`)
    ).rows;
  expect(await activeLately()).toEqual([{ lately: false }]);
  await browser.session();
  expect(await activeLately()).toEqual([{ lately: true }]);
  await db.authDatabase().execute(sql`
    update auth.session set active_at = active_at - interval '5 minutes' where user_id = ${userId}`);
  await letExpire();
  await browser.session({ background: true });
  await endAll(userId);
  expect(await browser.session()).toBeUndefined();
});

test("while Redis is away no session is lost and none comes back", async () => {
  const away = createRedisCache({ redisUrl: "redis://localhost:1", name: "away", logger });
  const { userId, browser } = await person(away);
  expect(await browser.session()).toBeDefined();
  expect(await browser.session()).toBeDefined();
  await endAll(userId);
  expect(await browser.session()).toBeUndefined();
  away.close();
});

test("whoever writes to the cache signs nobody in: no row of their own counts, no altered one, none of another token and no old one", async () => {
  const one = await person();
  const other = await person();
  const cookieOf = ({ browser }: typeof one) => browser.session();
  await cookieOf(one);
  const [keyOfOne = ""] = kept.keys();
  const rowOfOne = (await cache.get(keyOfOne)) ?? "";
  expect(rowOfOne).not.toContain((await cookieOf(one))?.token);
  await cookieOf(other);
  const keyOfOther = [...kept.keys()].find((key) => key !== keyOfOne) ?? "";
  const [signature = "", ...rest] = rowOfOne.split(".");
  const altered = JSON.stringify({ ...JSON.parse(rest.join(".")), fresh: false, secondFactor: true });
  for (const [key, row] of [
    [keyOfOther, rowOfOne],
    [keyOfOther, altered],
    [keyOfOther, `.${altered}`],
    [keyOfOther, `${signature}.${altered}`],
  ] as const) {
    await cache.set(key, row, 3_000);
    expect(await cookieOf(other)).toMatchObject({ user: { id: other.userId }, session: { secondFactor: false } });
  }
  // One that was ours, put there again once the session was over.
  await cache.set(keyOfOne, rowOfOne, 60_000);
  await endAll(one.userId);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 9_001 });
  expect(await cookieOf(one)).toBeUndefined();
  vi.useRealTimers();
});

test("what another release has kept is not understood, and asked for again", async () => {
  const { browser } = await person();
  await browser.session();
  for (const key of kept.keys()) await cache.set(key, '{"id":"x"}', 3_000);
  expect(await browser.session()).toBeDefined();
});
