import { randomUUID } from "node:crypto";
import { accountEndpoints } from "@parley/contracts";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Accounts, createAccounts } from "../accounts.ts";
import { Factors } from "../factors/factors.ts";
import { Attempts } from "../lockout/attempts.ts";
import { codeOf } from "../testing/authenticator.ts";
import { apiUrl, createBrowser, origin, password, secret } from "../testing/browser.ts";
import { heldUp } from "../testing/held-up.ts";
import { createMailbox } from "../testing/mailbox.ts";
import { hashPassword } from "./hash-password.ts";

const another = "a quite different phrase of words";
const third = "words of which nobody has heard";
const mailbox = createMailbox();
let database: TestDatabase;
let db: Database;
let accounts: Accounts;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 8 });
  accounts = createAccounts({ db, secret, apiUrl, appOrigins: [origin], mail: mailbox.carrier });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function person() {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  return { email, userId, browser };
}

async function enableFactor(browser: ReturnType<typeof createBrowser>, userId: string): Promise<string> {
  const prepared = await browser.post("/factor/prepare");
  const { secret: totpSecret } = accountEndpoints["POST /api/auth/factor/prepare"].answer.parse(prepared.body);
  await browser.post("/factor/enable", { code: codeOf(totpSecret) });
  await db.authDatabase().execute(sql`update auth.factor set last_step = 0 where user_id = ${userId}`);
  return totpSecret;
}

/** A password that somebody chooses by a mailed link, at the same time. */
const resetMeanwhile = async (userId: string) => [
  sql`lock table auth.mail_token in share row exclusive mode`,
  sql`update auth.account set password = ${await hashPassword(another)} where user_id = ${userId}`,
];

test("a password that is changed with one that is reset meanwhile stays the one of the reset", async () => {
  const { email, userId, browser } = await person();
  const change = () => [browser.post("/change-password", { currentPassword: password, newPassword: third })];
  const [answer] = await heldUp(db, await resetMeanwhile(userId), change);
  expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_PASSWORD" } });
  expect((await createBrowser(accounts).signIn(email, third)).status).toBe(401);
  expect((await createBrowser(accounts).signIn(email, another)).status).toBe(200);
});

test("no link to another address is sent for a password that is reset meanwhile", async () => {
  const { userId, browser } = await person();
  const newEmail = `${randomUUID()}@example.com`;
  const [answer] = await heldUp(db, await resetMeanwhile(userId), () => [
    browser.post("/change-email", { newEmail, password }),
  ]);
  expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_PASSWORD" } });
  expect(mailbox.to(newEmail)).toEqual([]);
});

test("a code that comes while the password is reset leaves no session behind, and no browser that is trusted", async () => {
  const { email, userId, browser } = await person();
  const totpSecret = await enableFactor(browser, userId);
  const half = createBrowser(accounts);
  await half.signIn(email);
  await half.post("/request-password-reset", { email });
  const token = mailbox.token(email);

  const [verified, reset] = await heldUp(db, [sql`select 1 from auth."user" where id = ${userId} for update`], () => [
    half.post("/factor/verify", { code: codeOf(totpSecret), trustDevice: true }),
    createBrowser(accounts).post("/reset-password", { token, newPassword: another }),
  ]);
  expect([verified?.status, reset?.status]).toEqual([expect.any(Number), 200]);
  expect(await half.session()).toBeUndefined();
  expect((await half.signIn(email, another)).body).toEqual({ secondFactor: true });
});

test("[A1 control] whoever chooses a password by the mailed link is locked out by no earlier guesses, here or elsewhere", async () => {
  const { email, browser } = await person();
  const elsewhere = createBrowser(accounts);
  const lock = async (page: typeof browser) => {
    for (let count = 0; count < 5; count++) await page.signIn(email, "wrong horse battery staple");
    expect((await page.signIn(email)).status).toBe(429);
  };
  await lock(elsewhere);
  await elsewhere.post("/request-password-reset", { email });
  const here = createBrowser(accounts);
  const reset = await here.post("/reset-password", { token: mailbox.token(email), newPassword: another });
  expect(reset.status).toBe(200);
  expect((await createBrowser(accounts).signIn(email, another)).status).toBe(200);
  // The browser in which the link was opened has a count of its own from now on.
  await lock(elsewhere);
  expect((await here.signIn(email, another)).status).toBe(200);
});

test("whoever is locked out of the browser that knows them resets the password there, and is in; confirmations, too, begin anew", async () => {
  const { email, userId, browser } = await person();
  const wrong = { currentPassword: "wrong horse battery staple", newPassword: third };
  for (let count = 0; count < 5; count++) await browser.post("/change-password", wrong);
  for (let count = 0; count < 5; count++) await browser.signIn(email, wrong.currentPassword);
  expect((await browser.signIn(email)).status).toBe(429);
  await browser.post("/request-password-reset", { email });
  await browser.post("/reset-password", { token: mailbox.token(email), newPassword: another });
  expect((await browser.signIn(email, another)).status).toBe(200);
  expect((await browser.post("/confirm", { password: another })).status).toBe(200);
  expect(await browser.session()).toMatchObject({ user: { id: userId } });
});

test("a password that is changed opens the account where a stranger had locked it", async () => {
  const { email, browser } = await person();
  const stranger = createBrowser(accounts);
  for (let count = 0; count < 5; count++) await stranger.signIn(email, "wrong horse battery staple");
  expect((await createBrowser(accounts).signIn(email)).status).toBe(429);
  await browser.post("/change-password", { currentPassword: password, newPassword: another });
  expect((await createBrowser(accounts).signIn(email, another)).status).toBe(200);
});

test("of two who renew backup codes at once, the codes of one alone are good", async () => {
  const { userId, browser } = await person();
  await enableFactor(browser, userId);
  await heldUp(
    db,
    [
      sql`select 1 from auth.factor where user_id = ${userId} for update`,
      sql`select 1 from auth."user" where id = ${userId} for no key update`,
      sql`lock table auth.backup_code in share row exclusive mode`,
    ],
    () => [browser.post("/factor/backup-codes"), browser.post("/factor/backup-codes")],
  );
  const { rows } = await db.authDatabase().execute(sql`select 1 from auth.backup_code where user_id = ${userId}`);
  expect(rows).toHaveLength(10);
});

test("a new password leaves the way out of a locked second factor open", async () => {
  const { email, userId, browser } = await person();
  const totpSecret = await enableFactor(browser, userId);
  const half = createBrowser(accounts);
  await half.signIn(email);
  for (let count = 0; count < 5; count++) await half.post("/factor/verify", { code: "000000" });
  const unlock = mailbox.token(email);
  await half.post("/request-password-reset", { email });
  await half.post("/reset-password", { token: mailbox.token(email), newPassword: another });
  await half.signIn(email, another);
  expect((await half.post("/factor/verify", { code: codeOf(totpSecret) })).status).toBe(429);
  expect((await half.post("/unlock", { token: unlock })).status).toBe(200);
  expect((await half.post("/factor/verify", { code: codeOf(totpSecret) })).status).toBe(200);
});

test("a factor is turned on with the secret whose code came, and with no other that was prepared meanwhile", async () => {
  const { userId, browser } = await person();
  const found = await browser.session();
  if (!found) throw new Error("nobody is signed in");
  const factors = new Factors({ db, secret, attempts: new Attempts({ db, secret }) });
  const first = (await factors.prepare(userId)) ?? "";
  const verdict = await factors.tryCode(userId, codeOf(first), { confirmed: false });
  if (verdict.outcome !== "right" || !verdict.secret) throw new Error("the code is right");
  await factors.prepare(userId);
  await expect(factors.confirm(found, verdict.secret, async () => {})).rejects.toMatchObject({
    body: { code: "INVALID_CODE" },
  });
  expect(await factors.isEnabled(userId)).toBe(false);
});
