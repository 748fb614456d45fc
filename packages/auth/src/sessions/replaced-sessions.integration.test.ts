import { randomUUID } from "node:crypto";
import { accountEndpoints } from "@parley/contracts";
import { type SQL, sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { codeOf } from "../testing/authenticator.ts";
import { createBrowser, password } from "../testing/browser.ts";
import { heldUp } from "../testing/held-up.ts";
import { openTestAccounts } from "../testing/test-accounts.ts";

const { db, accounts, mails, close, ...world } = await openTestAccounts({ signUp: { who: "open" } });
afterAll(close);

const lockPerson = (userId: string) => sql`select 1 from auth."user" where id = ${userId} for no key update`;
/** What a reset of the password does, or of the factor, or a sign-out everywhere, as far as sessions go. */
const endAll = (userId: string) => [lockPerson(userId), sql`delete from auth.session where user_id = ${userId}`];
/** What a change that goes on in one browser does. */
const replaceAll = (userId: string, token: string): SQL[] => [
  ...endAll(userId),
  sql`insert into auth.session (id, token, user_id, expires_at, created_at, updated_at)
    values (${randomUUID()}, ${token}, ${userId}, now(), now(), now())`,
];
const sessionsOf = async (userId: string) =>
  (await db.authDatabase().execute(sql`select token from auth.session where user_id = ${userId}`)).rows;

async function person() {
  const { email, userId } = await world.person();
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  const prepared = await browser.post("/factor/prepare");
  const { secret } = accountEndpoints["POST /api/auth/factor/prepare"].answer.parse(prepared.body);
  const enable = () => browser.post("/factor/enable", { code: codeOf(secret) });
  return { email, userId, browser, enable };
}

test("a second factor that is turned on in a session that is ended meanwhile begins none, and is not on", async () => {
  const { userId, enable } = await person();
  const [answer] = await heldUp(db, endAll(userId), () => [enable()]);
  expect(answer?.status).toBe(401);
  expect(await sessionsOf(userId)).toEqual([]);
  const { rows } = await db.authDatabase().execute(sql`
    select confirmed_at as "confirmedAt" from auth.factor where user_id = ${userId}`);
  expect(rows).toEqual([{ confirmedAt: null }]);
});

test("a second factor that is turned off in a session that is ended meanwhile begins none, and stays on", async () => {
  const { userId, browser, enable } = await person();
  expect((await enable()).status).toBe(200);
  const [answer] = await heldUp(db, endAll(userId), () => [browser.post("/factor/disable")]);
  expect(answer?.status).toBe(401);
  expect(await sessionsOf(userId)).toEqual([]);
  const { rows } = await db.authDatabase().execute(sql`select 1 from auth.factor where user_id = ${userId}`);
  expect(rows).toHaveLength(1);
});

test("an address that is confirmed with a password that is reset meanwhile begins no session", async () => {
  const email = `${randomUUID()}@example.com`;
  const browser = createBrowser(accounts);
  await browser.post("/sign-up/email", { name: "Ada", email, password });
  const { rows } = await db
    .authDatabase()
    .execute<{ id: string }>(sql`select id from auth."user" where email = ${email}`);
  const userId = rows[0]?.id ?? "";
  const [, token] = /\S#([\w-]+)/.exec(mails.find(({ to }) => to === email)?.text ?? "") ?? [];
  const reset = [lockPerson(userId), sql`update auth.account set password = 'another' where user_id = ${userId}`];
  const [answer] = await heldUp(db, reset, () => [browser.post("/verify-email", { token, password })]);
  expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_TOKEN" } });
  expect(await sessionsOf(userId)).toEqual([]);
});

test.each([
  ["everywhere", "/devices/revoke-all", 0],
  ["elsewhere", "/devices/revoke-others", 0],
])("signing out %s ends the session, too, that takes the place of another meanwhile", async (_where, path, left) => {
  const { userId, browser } = await person();
  const [answer] = await heldUp(db, replaceAll(userId, randomUUID()), () => [browser.post(path)]);
  expect(answer?.status).toBe(200);
  expect(await sessionsOf(userId)).toHaveLength(left);
});

test("whoever is half signed in when the factor is taken away is not signed in by a code of it", async () => {
  const { email, browser, enable } = await person();
  const { backupCodes } = accountEndpoints["POST /api/auth/factor/enable"].answer.parse((await enable()).body);
  const half = createBrowser(accounts);
  await half.signIn(email);
  expect(await accounts.resetFactor(email)).toBe("reset");
  expect(await half.post("/factor/verify", { code: backupCodes[0] })).toMatchObject({
    status: 401,
    body: { code: "CHALLENGE_EXPIRED" },
  });
  expect(await browser.session()).toBeUndefined();
});
