import { randomUUID } from "node:crypto";
import { accountEndpoints, backgroundHeader, SignInAnswer } from "@parley/contracts";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import type { Cache } from "@parley/platform/redis-cache";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { AccountEvent } from "../account-events.ts";
import { type Accounts, createAccounts } from "../accounts.ts";
import { letFormerTokensEnd } from "../testing/begin-session.ts";
import { apiUrl, createBrowser, origin, password, secret } from "../testing/browser.ts";
import { findLiveSessions, renewSessions } from "./sessions.ts";

let database: TestDatabase;
let db: Database;
let accounts: Accounts;
const events: AccountEvent[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 4 });
  accounts = open(apiUrl);
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await db.close();
  await database.drop();
});

function open(url: string, sessionCache?: Cache) {
  return createAccounts({
    db,
    secret,
    apiUrl: url,
    appOrigins: [origin],
    sessionCache,
    onEvent: async (event) => void events.push(event),
  });
}

/** Somebody new, with a browser of theirs. */
async function person() {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const browser = async () => {
    const opened = createBrowser(accounts);
    const answer = await opened.signIn(email);
    expect(answer.status).toBe(200);
    expect(SignInAnswer.parse(answer.body)).toMatchObject({ user: { email } });
    return opened;
  };
  return { email, userId, browser };
}

/** Lets time pass, for the user's sessions alone: what the database's clock says is what counts. */
const pass = (userId: string, time: string, columns: readonly ("created_at" | "active_at" | "proven_at")[]) =>
  db.authDatabase().execute(sql`
    update auth.session set ${sql.join(
      columns.map((column) => sql`${sql.identifier(column)} = ${sql.identifier(column)} - ${time}::interval`),
      sql`, `,
    )} where user_id = ${userId}`);
const idle = (userId: string, time: string) => pass(userId, time, ["created_at", "active_at"]);

test("[S2 + control] a session lives for 30 minutes without activity, and not a minute longer", async () => {
  const { userId, browser } = await person();
  const one = await browser();
  await idle(userId, "28 minutes 59 seconds");
  expect(await one.session()).toMatchObject({ user: { id: userId } });
  await idle(userId, "28 minutes 59 seconds");
  expect(await one.session()).toBeDefined();
  await idle(userId, "30 minutes 1 second");
  expect(await one.session()).toBeUndefined();
  expect((await one.get("/devices")).status).toBe(401);
});

test("how long a session has is told by the database's clock; a page that asks by itself keeps nothing alive, a person does", async () => {
  const { userId, browser } = await person();
  const one = await browser();
  const left = async (headers?: Record<string, string>) =>
    accountEndpoints["GET /api/auth/time-left"].answer.parse((await one.get("/time-left", headers)).body);
  const near = (seconds: number) => expect.toSatisfy((told: number) => told <= seconds && told > seconds - 30);
  await pass(userId, "7 hours", ["created_at"]);
  await pass(userId, "20 minutes", ["active_at"]);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3 * 3_600_000 });
  const byPage = { "parley-background": "1" };
  expect(await left(byPage)).toEqual({ idleSeconds: near(10 * 60), longestSeconds: near(3_600) });
  expect(await left(byPage)).toMatchObject({ idleSeconds: near(10 * 60) });
  expect(await left()).toEqual({ idleSeconds: near(30 * 60), longestSeconds: near(3_600) });
  await idle(userId, "30 minutes 1 second");
  expect((await one.get("/time-left", byPage)).status).toBe(401);
});

test("[S2 + control] a session ends after 8 hours, however busy", async () => {
  const { userId, browser } = await person();
  const one = await browser();
  await pass(userId, "7 hours 59 minutes", ["created_at"]);
  expect(await one.session()).toBeDefined();
  await pass(userId, "1 minute 1 second", ["created_at"]);
  expect(await one.session()).toBeUndefined();
  expect((await one.post("/devices/revoke-others")).status).toBe(401);
});

test("[S2] what a page does by itself is no activity", async () => {
  const { userId, browser } = await person();
  const one = await browser();
  await idle(userId, "20 minutes");
  expect(await one.session({ background: true })).toBeDefined();
  expect((await one.get("/devices", { "parley-background": "1" })).status).toBe(200);
  await idle(userId, "10 minutes 1 second");
  expect(await one.session({ background: true })).toBeUndefined();
});

test.each([-9, 9])(
  "[F10 + control] a process whose clock is %d hours off ends no session, brings none back and begins sound ones",
  async (hours) => {
    const { userId, browser } = await person();
    const alive = await browser();
    const other = await person();
    const dead = await other.browser();
    await idle(other.userId, "31 minutes");

    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000 });
    expect(await alive.session()).toBeDefined();
    expect((await alive.get("/devices")).status).toBe(200);
    expect(await dead.session()).toBeUndefined();
    expect((await dead.get("/devices")).status).toBe(401);
    const begun = await browser();
    vi.useRealTimers();

    expect(await begun.session()).toBeDefined();
    await idle(userId, "30 minutes 1 second");
    expect(await begun.session()).toBeUndefined();
  },
);

test("[S1] signing in makes a new session, and the one that the browser had before is over", async () => {
  const { email, browser } = await person();
  const one = await browser();
  const planted = one.headers();
  const before = await one.session();
  await one.signIn(email);
  const after = await one.session();
  expect(after?.session.id).not.toBe(before?.session.id);
  expect(after?.token).not.toBe(before?.token);
  expect(await accounts.findSession(planted)).toBeUndefined();
});

test("[S1 + control] when what somebody may do changes, their sessions get new tokens; what is under way is let through", async () => {
  const { userId, browser } = await person();
  const one = await browser();
  const former = one.headers();
  await db.transaction("auth", (tx) => renewSessions(tx, userId));
  const answers = await Promise.all([1, 2, 3].map(() => accounts.findSession(former)));
  expect(answers.filter((answer) => answer?.former)).toHaveLength(2);
  const cookies = answers.flatMap((answer) => answer?.headers.getSetCookie() ?? []);
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatch(/^parley\.session_token=.*HttpOnly; SameSite=Lax$/);
  expect(answers[0]?.session.id).toBe((await accounts.findSession(former))?.session.id);

  const renewed = new Headers({ cookie: cookies[0]?.split(";")[0] ?? "" });
  await letFormerTokensEnd(db, userId);
  expect(await accounts.findSession(former)).toBeUndefined();
  expect(await accounts.findSession(renewed)).toBeDefined();
});

/** What it has is over for everybody after so many more have asked for it. */
function createExpiringCache() {
  const kept = new Map<string, string>();
  let left = Number.POSITIVE_INFINITY;
  return {
    expireAfter(count: number) {
      left = count;
    },
    async get(key: string) {
      if (left-- === 0) kept.clear();
      return kept.get(key);
    },
    set: async (key: string, value: string) => void kept.set(key, value),
    forget: async (key: string) => void kept.delete(key),
    close() {},
  };
}

test.each(["by the database", "by way of a cache"])(
  "a page that asks for many things at once after a change of what somebody may do stays signed in: %s",
  async (way) => {
    const { userId, email } = await person();
    const cache = createExpiringCache();
    const answering = way === "by the database" ? accounts : open(apiUrl, cache);
    const page = createBrowser(answering);
    await page.signIn(email);
    for (let change = 0; change < 5; change++) {
      await page.session();
      await db.transaction("auth", (tx) => renewSessions(tx, userId));
      cache.expireAfter(change);
      const sent = Array.from({ length: 8 }, (_, index) =>
        index % 2 ? page.get("/devices") : page.get("/time-left", { [backgroundHeader]: "1" }),
      );
      const answers = await Promise.all(sent);
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
      // Those that came with the former token take the cookie from nobody: one answer sets it, once, or none that was kept.
      expect(answers.filter(({ cookies }) => cookies.length > 0).length).toBeLessThanOrEqual(1);
      await letFormerTokensEnd(db, userId);
      expect((await page.get("/devices")).status).toBe(200);
    }
  },
);

test("[S1] a confirmation gives its own answer a new token; a copy of the former one is no proof of anything and never learns the new", async () => {
  const { userId, browser } = await person();
  const one = await browser();
  const copy = one.headers();
  const thief = createBrowser(accounts);
  for (const [name, value] of one.jar) thief.jar.set(name, value);
  await pass(userId, "10 minutes 1 second", ["proven_at"]);
  const { cookies } = await one.post("/confirm", { password });
  expect(cookies).toEqual([expect.stringMatching(/^parley\.session_token=.*HttpOnly; SameSite=Lax$/)]);

  // The thief comes first.
  expect((await thief.post("/factor/prepare")).body.code).toBe("auth.confirmation_required");
  expect(await accounts.findSession(copy)).toMatchObject({ former: true, session: { fresh: false } });
  expect((await accounts.findSession(copy))?.headers.getSetCookie()).toEqual([]);
  expect(thief.jar.get("parley.session_token")).not.toBe(one.jar.get("parley.session_token"));
  expect((await one.post("/factor/prepare")).status).toBe(200);
  await letFormerTokensEnd(db, userId);
  expect(await accounts.findSession(copy)).toBeUndefined();
  expect(await one.session()).toMatchObject({ former: false, session: { fresh: true } });
});

test("[S1] of two confirmations at once both lead to the one new token", async () => {
  const { userId, browser } = await person();
  const one = await browser();
  const two = createBrowser(accounts);
  for (const [name, value] of one.jar) two.jar.set(name, value);
  const answers = await Promise.all([one, two].map((each) => each.post("/confirm", { password })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(one.jar.get("parley.session_token")).toBe(two.jar.get("parley.session_token"));
  await letFormerTokensEnd(db, userId);
  expect(await two.session()).toMatchObject({ session: { fresh: true } });
});

test("[S1] over https every cookie is one that no other host can set; over http://localhost it goes without Secure", async () => {
  const { email } = await person();
  const secure = createBrowser(open("https://api.example.com"), { url: "https://api.example.com" });
  const { cookies } = await secure.signIn(email);
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie).toMatch(/^__Host-parley\./);
    expect(cookie.split("; ").slice(1)).toEqual(
      expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]),
    );
    expect(cookie).not.toMatch(/domain=/i);
  }
  expect(await secure.session()).toBeDefined();
  expect(await accounts.findSession(secure.headers())).toBeUndefined();
  const local = await createBrowser(accounts).signIn(email);
  for (const cookie of local.cookies)
    expect(cookie).toMatch(/^parley\.[a-z_]+=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
});

test("[S6 + control] a cookie that was altered, or signed with another secret, opens nothing", async () => {
  const { browser } = await person();
  const one = await browser();
  const [name, value] = [...one.jar].find(([key]) => key.endsWith("session_token")) ?? ["", ""];
  const [token] = decodeURIComponent(value).split(".");
  for (const forged of [token, `${token}.`, `${token}.${btoa("x".repeat(32))}`, `x${value}`, "..", ""]) {
    expect(await accounts.findSession(new Headers({ cookie: `${name}=${forged}` }))).toBeUndefined();
  }
  const others = createAccounts({ db, secret: `another ${secret}`, apiUrl, appOrigins: [origin] });
  expect(await others.findSession(one.headers())).toBeUndefined();
  expect(await one.session()).toBeDefined();
});

test("[S3 + control] a person sees where they are signed in, and ends one place, the others, or all", async () => {
  const { browser, userId } = await person();
  const stranger = await (await person()).browser();
  const [one, two, three] = [await browser(), await browser(), await browser()];
  const list = async () => (await one.get("/devices")).body.devices as { id: string; current: boolean }[];
  expect(await list()).toHaveLength(3);
  expect(accountEndpoints["GET /api/auth/devices"].answer.parse((await one.get("/devices")).body)).toBeDefined();
  expect((await list()).filter(({ current }) => current)).toMatchObject([
    { browser: "Firefox", system: "Linux", address: "192.0.2.7", activeAt: expect.stringMatching(/^\d{4}-.*Z$/) },
  ]);

  const second = (await two.session())?.session.id;
  expect((await stranger.post("/devices/revoke", { id: second })).status).toBe(200);
  expect(await two.session()).toBeDefined();
  events.length = 0;
  await one.post("/devices/revoke", { id: second });
  expect(await two.session()).toBeUndefined();
  expect(events).toMatchObject([{ type: "session.revoked", userId }]);

  await one.post("/devices/revoke-others");
  expect(await three.session()).toBeUndefined();
  expect(await one.session()).toBeDefined();

  const ids = [String((await one.session())?.session.id)];
  expect((await findLiveSessions(db, ids)).size).toBe(1);
  const { cookies } = await one.post("/devices/revoke-all");
  expect(cookies.some((cookie) => cookie.startsWith("parley.session_token=;"))).toBe(true);
  expect((await findLiveSessions(db, ids)).size).toBe(0);
  expect(await stranger.session()).toBeDefined();
});

test("only what was alive is told as ended; what was over already is gone without a word", async () => {
  const { browser, userId } = await person();
  for (let place = 0; place < 4; place++) await browser();
  await idle(userId, "31 minutes");
  const one = await browser();
  events.length = 0;
  await one.post("/devices/revoke-all");
  expect(events).toMatchObject([{ type: "session.revoked", userId }]);
  const left = await db.authDatabase().execute(sql`select id from auth.session where user_id = ${userId}`);
  expect(left.rows).toEqual([]);
});
