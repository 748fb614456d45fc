import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { AccountEvent } from "./account-events.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { session } from "./accounts-schema.ts";

const origin = "http://localhost:5174";
const password = "correct horse battery staple";

let database: TestDatabase;
const opened: Database[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await Promise.all(opened.map((db) => db.close()));
  await database.drop();
});

function open(options: { max?: number; connectionTimeoutMs?: number } = {}) {
  const db = openDatabase({ connection: database.connection, ...options });
  opened.push(db);
  const secret = "a secret of this test alone, 32 characters or more";
  return { db, accounts: createAccounts({ db, secret, apiUrl: "http://localhost:3001", appOrigins: [origin] }) };
}

const attempt = (accounts: Accounts, email: string) =>
  accounts.handle(
    new Request("http://localhost:3001/api/auth/sign-in/email", {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    }),
  );

/** Signs somebody new in. @returns what their browser sends from then on */
async function signIn(accounts: Accounts) {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const answer = await attempt(accounts, email);
  const [cookie = ""] = answer.headers.getSetCookie().map((header) => header.split(";")[0]);
  return { userId, headers: new Headers({ cookie }) };
}

test("a session that is ended while it is being prolonged is none, and no fault", async () => {
  const { db, accounts } = open();
  const { userId, headers } = await signIn(accounts);
  // So late that the session is prolonged.
  const longAgo = sql`update auth.session set active_at = active_at - interval '10 minutes' where user_id = ${userId}`;
  await db.authDatabase().execute(longAgo);
  const ended = Promise.withResolvers<void>();
  const mayCommit = Promise.withResolvers<void>();
  const signOut = db.transaction("auth", async (tx) => {
    await tx.delete(session).where(eq(session.userId, userId));
    ended.resolve();
    await mayCommit.promise;
    const isWaitedFor = sql`select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`;
    await expect.poll(async () => (await tx.execute(isWaitedFor)).rows).not.toEqual([]);
  });
  await ended.promise;
  const found = accounts.findSession(headers);
  mayCommit.resolve();
  await signOut;

  expect(await found).toBeUndefined();
});

test("that the database is busy is said as it is, and is not printed", async () => {
  const printed = vi.spyOn(console, "error");
  const { db, accounts } = open({ max: 1, connectionTimeoutMs: 1_000 });
  const { headers } = await signIn(accounts);
  const busy = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const work = db.transaction("auth", async () => {
    busy.resolve();
    await over.promise;
  });
  await busy.promise;

  const failures = await Promise.allSettled([accounts.findSession(headers), attempt(accounts, "ada@example.com")]);
  over.resolve();
  await work;
  expect(failures).toMatchObject([{ reason: { code: "database.busy" } }, { reason: { code: "database.busy" } }]);
  expect(printed).not.toHaveBeenCalled();
  expect(await accounts.findSession(headers)).toMatchObject({ user: { name: "Ada" } });
});

test("what happens at the door is told: who signed in, who failed, who left, and from where", async () => {
  const { db } = open();
  const events: AccountEvent[] = [];
  const accounts = createAccounts({
    db,
    secret: "a secret of this test alone, 32 characters or more",
    apiUrl: "http://localhost:3001",
    appOrigins: [origin],
    onEvent: async (event) => void events.push(event),
  });
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const call = (path: string, body: object, cookie = "") =>
    accounts.handle(
      new Request(`http://localhost:3001/api/auth${path}`, {
        method: "POST",
        headers: {
          origin,
          cookie,
          "content-type": "application/json",
          "x-forwarded-for": "192.0.2.7",
          "user-agent": "Test",
        },
        body: JSON.stringify(body),
      }),
    );
  const answer = await call("/sign-in/email", { email, password });
  await call("/sign-in/email", { email, password: "not the password of anybody" });
  await call("/sign-in/email", { email: "nobody@example.com", password });
  await call("/sign-out", {}, answer.headers.getSetCookie()[0]?.split(";")[0]);
  const from = { ip: "192.0.2.7", userAgent: "Test" };
  expect(events).toEqual([
    { type: "user.signed_in", userId, ...from },
    { type: "user.sign_in_failed", userId, ...from },
    { type: "user.sign_in_failed", ...from },
    { type: "user.signed_out", userId, ...from },
  ]);
});
