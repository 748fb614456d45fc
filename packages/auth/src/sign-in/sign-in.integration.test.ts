import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Accounts, createAccounts } from "../accounts.ts";
import * as hashing from "../passwords/hash-password.ts";
import { apiUrl, createBrowser, origin, password, secret } from "../testing/browser.ts";

vi.mock("../passwords/hash-password.ts", { spy: true });

let database: TestDatabase;
let db: Database;
let accounts: Accounts;
/** What the database was asked, and when the password was looked at. */
const asked: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 8 });
  const watched = new Proxy(db, {
    get(target, door: keyof Database) {
      asked.push(door);
      return target[door];
    },
  });
  accounts = createAccounts({ db: watched, secret, apiUrl, appOrigins: [origin] });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function person() {
  const email = `${randomUUID()}@example.com`;
  return { email, userId: await accounts.ensureUser({ email, name: "Ada", password }) };
}
const run = async (statement: SQL) => (await db.authDatabase().execute(statement)).rows;
const sessionsOf = (userId: string) => run(sql`select second_factor from auth.session where user_id = ${userId}`);
const changePassword = (userId: string) => sql`update auth.account set password = 'another' where user_id = ${userId}`;
const confirmFactor = (userId: string) => sql`
  insert into auth.factor (user_id, secret, confirmed_at) values (${userId}, 'x', now())
  on conflict (user_id) do update set confirmed_at = now()`;
/** Once, after a password was looked at and before anything follows from that. */
function meanwhile(work: () => Promise<unknown>) {
  vi.mocked(hashing.verifyPassword).mockImplementationOnce(async (given) => {
    const actual = await vi.importActual<typeof hashing>("../passwords/hash-password.ts");
    const right = await actual.verifyPassword(given);
    await work();
    return right;
  });
}

test("a sign-in asks the database once before the password is looked at, and once after", async () => {
  const { email, userId } = await person();
  asked.length = 0;
  meanwhile(async () => asked.push("password"));
  const answer = await createBrowser(accounts).signIn(email);
  expect(asked).toEqual(["run", "password", "run"]);
  // What opens the session is in the cookie alone, which no script can read.
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.body).toEqual({ user: { id: userId, name: "Ada", email } });
});

test("of an address that nobody has as much is asked, and as much is computed", async () => {
  const { email } = await person();
  const wrong = "wrong horse battery staple";
  const counts = [];
  for (const address of [email, `${randomUUID()}@example.com`]) {
    const count = [];
    for (let guess = 0; guess < 6; guess++) {
      asked.length = 0;
      vi.mocked(hashing.hashPassword).mockClear();
      vi.mocked(hashing.verifyPassword).mockClear();
      await createBrowser(accounts).signIn(address, wrong);
      const { calls } = vi.mocked(hashing.hashPassword).mock;
      count.push([[...asked], calls.length + vi.mocked(hashing.verifyPassword).mock.calls.length]);
    }
    counts.push(count);
  }
  // From the guess on that locks, whoever it may be is to be told of it.
  const tells = ["run", "transaction"];
  expect(counts[0]).toEqual([...Array(4).fill([["run"], 1]), [tells, 1], [tells, 0]]);
  expect(counts[1]).toEqual(counts[0]);
});

test("a password that was changed while it was looked at opens nothing, and counts as a guess", async () => {
  const { email, userId } = await person();
  meanwhile(() => run(changePassword(userId)));
  expect(await createBrowser(accounts).signIn(email)).toMatchObject({
    status: 401,
    body: { code: "INVALID_EMAIL_OR_PASSWORD" },
    cookies: [],
  });
  expect(await sessionsOf(userId)).toEqual([]);
});

test.each([
  ["a password that is being changed", changePassword, 401],
  ["a second factor that is being confirmed", confirmFactor, 200],
])("%s is waited for, and then counts", async (_name, change, status) => {
  const { email, userId } = await person();
  await run(sql`insert into auth.factor (user_id, secret) values (${userId}, 'x')`);
  const changed = Promise.withResolvers<void>();
  const mayCommit = Promise.withResolvers<void>();
  const changing = db.transaction("auth", async (tx) => {
    await tx.execute(change(userId));
    changed.resolve();
    await mayCommit.promise;
    const isWaitedFor = sql`select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`;
    await expect.poll(async () => (await tx.execute(isWaitedFor)).rows).not.toEqual([]);
  });
  await changed.promise;
  const answer = createBrowser(accounts).signIn(email);
  mayCommit.resolve();
  await changing;
  expect((await answer).status).toBe(status);
  if (status === 200) expect((await answer).body).toEqual({ secondFactor: true });
  expect(await sessionsOf(userId)).toEqual([]);
});

test("whoever has a second factor gets no session for the password, and the one that the browser had is over", async () => {
  const [ada, grace] = [await person(), await person()];
  await run(confirmFactor(grace.userId));
  const browser = createBrowser(accounts);
  await browser.signIn(ada.email);
  expect(await browser.session()).toMatchObject({ user: { id: ada.userId } });
  expect((await browser.signIn(grace.email)).body).toEqual({ secondFactor: true });
  expect(await browser.session()).toBeUndefined();
  expect(await sessionsOf(ada.userId)).toEqual([]);
  expect(await sessionsOf(grace.userId)).toEqual([]);
});

test("a sign-in takes the place of the session that the browser had, also by the token that it had before", async () => {
  const [ada, grace] = [await person(), await person()];
  const browser = createBrowser(accounts);
  await browser.signIn(ada.email);
  const former = new Map(browser.jar);
  await run(sql`update auth.session set renew = true where user_id = ${ada.userId}`);
  await browser.session();
  for (const [name, value] of former) browser.jar.set(name, value);
  await browser.signIn(grace.email);
  expect(await sessionsOf(ada.userId)).toEqual([]);
  expect(await browser.session()).toMatchObject({ user: { id: grace.userId } });
});

test.each([
  [{}, "INVALID_REQUEST"],
  [{ email: 1, password }, "INVALID_REQUEST"],
  [{ email: "ada", password }, "INVALID_EMAIL"],
  [{ email: `${"a".repeat(250)}@example.com`, password }, "INVALID_REQUEST"],
  [{ email: "ada@example.com", password: "" }, "INVALID_REQUEST"],
  [{ email: "ada@example.com", password: "x".repeat(1_001) }, "INVALID_REQUEST"],
  [{ email: "ada@example.com", password: { $gt: "" } }, "INVALID_REQUEST"],
])("what nobody can have is refused for its shape, and the database is not asked (%#)", async (body, code) => {
  asked.length = 0;
  expect(await createBrowser(accounts).post("/sign-in/email", body)).toMatchObject({ status: 400, body: { code } });
  expect(asked).toEqual([]);
});

test("the library's own way of signing in with a password is not open", async () => {
  const { email, userId } = await person();
  const request = new Request(`${apiUrl}/api/auth/sign-in/email/`, {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  expect((await accounts.handle(request)).status).toBe(404);
  expect(await sessionsOf(userId)).toEqual([]);
});
