import { randomUUID } from "node:crypto";
import { APIError } from "better-auth/api";
import { sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import * as hashing from "../passwords/hash-password.ts";
import { createBrowser, password } from "../testing/browser.ts";
import { openTestAccounts } from "../testing/test-accounts.ts";

vi.mock("../passwords/hash-password.ts", { spy: true });

const { db, accounts, mail, mails, events, person, forgetTold, close } = await openTestAccounts({
  dashboardUrl: "https://app.example.com",
});
let lastAddress = 0;
beforeEach(() => {
  forgetTold();
  vi.mocked(hashing.verifyPassword).mockClear();
});
afterAll(close);

/** A browser elsewhere, in which nobody has signed in. */
const stranger = () => createBrowser(accounts, { address: `192.0.2.${++lastAddress % 250}` });
const wrong = "wrong horse battery staple";
const verified = () => vi.mocked(hashing.verifyPassword).mock.calls.length;
const quarterOfAnHour = () =>
  db.authDatabase().execute(sql`update auth.attempt set ends_at = ends_at - interval '15 minutes 1 second'`);

async function countedAccounts(): Promise<number> {
  const counted = sql`select count(*)::int as count from auth.attempt where subject like 'account %'`;
  return Number((await db.authDatabase().execute(counted)).rows[0]?.count);
}

async function lock(email: string) {
  for (let count = 0; count < 5; count++) expect((await stranger().signIn(email, wrong)).status).toBe(401);
}

test("[A1] after five wrong passwords from five addresses the right one is refused as a wrong one is, and is not looked at", async () => {
  const { email } = await person();
  await lock(email);
  expect(verified()).toBe(5);
  const right = await stranger().signIn(email);
  const another = await stranger().signIn(email, wrong);
  expect(right).toMatchObject({ status: 429, body: { code: "TOO_MANY_ATTEMPTS" }, cookies: [] });
  expect(another).toMatchObject({ status: right.status, body: right.body, cookies: [] });
  expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(890);
  expect(verified()).toBe(5);
});

test("[A1] of ten guesses at once five are looked at", async () => {
  const { email } = await person();
  const answers = await Promise.all(Array.from({ length: 10 }, () => stranger().signIn(email, wrong)));
  expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429, 429]);
  expect(verified()).toBe(5);
  expect(mails).toHaveLength(1);
});

test("the right password locks nobody, neither before the address is confirmed nor while nobody has time to look at it", async () => {
  const { email, userId } = await person();
  const verify = (isVerified: boolean) =>
    db.authDatabase().execute(sql`update auth."user" set email_verified = ${isVerified} where id = ${userId}`);
  const one = createBrowser(accounts, { address: "203.0.113.77" });
  await verify(false);
  for (let count = 0; count < 31; count++)
    expect(await one.signIn(email)).toMatchObject({ status: 403, body: { code: "EMAIL_NOT_VERIFIED" } });
  await verify(true);
  const busy = new APIError("SERVICE_UNAVAILABLE", { code: "service.busy" });
  for (let count = 0; count < 6; count++) {
    vi.mocked(hashing.verifyPassword).mockRejectedValueOnce(busy);
    expect((await one.signIn(email)).status).toBe(503);
  }
  expect((await one.signIn(email)).status).toBe(200);
  expect(mails).toEqual([]);
  // A wrong one counts as ever.
  await lock(email);
  expect((await stranger().signIn(email)).status).toBe(429);
});

test("a confirmation that nobody has time to look at is no wrong one", async () => {
  const { email } = await person();
  const browser = createBrowser(accounts, { address: "203.0.113.78" });
  await browser.signIn(email);
  for (let count = 0; count < 6; count++) {
    vi.mocked(hashing.verifyPassword).mockRejectedValueOnce(
      new APIError("SERVICE_UNAVAILABLE", { code: "service.busy" }),
    );
    expect((await browser.post("/confirm", { password })).status).toBe(503);
  }
  expect((await browser.post("/confirm", { password })).status).toBe(200);
});

test("[A1] an address that nobody has is locked just so", async () => {
  const email = `${randomUUID()}@example.com`;
  await lock(email);
  expect(await stranger().signIn(email)).toMatchObject({ status: 429, body: { code: "TOO_MANY_ATTEMPTS" } });
  expect(mails).toEqual([]);
});

test("[A1] who guesses elsewhere does not lock a person out of the device that they use", async () => {
  const { email } = await person();
  const own = createBrowser(accounts);
  await own.signIn(email);
  await own.post("/sign-out");
  await lock(email);
  expect((await own.signIn(email)).status).toBe(200);
  // Nor does that open the lock elsewhere.
  expect((await stranger().signIn(email)).status).toBe(429);

  await own.post("/sign-out");
  for (let count = 0; count < 5; count++) expect((await own.signIn(email, wrong)).status).toBe(401);
  expect((await own.signIn(email)).status).toBe(429);
});

test("[A1] a device is known for who signed in there, and not by a cookie that somebody made up", async () => {
  const [ada, grace] = [await person(), await person()];
  const own = createBrowser(accounts);
  await own.signIn(ada.email);
  await lock(grace.email);
  expect((await own.signIn(grace.email)).status).toBe(429);

  await lock(ada.email);
  const [name = "", value = ""] = [...own.jar].find(([key]) => key.includes("known_device")) ?? [];
  const forger = stranger();
  forger.jar.set(name, encodeURIComponent(`${decodeURIComponent(value).split(".")[0]}.${btoa("x".repeat(32))}`));
  expect((await forger.signIn(ada.email)).status).toBe(429);
});

test("[A1] with a new password no device is known but the one that it was chosen in", async () => {
  const { email } = await person();
  const [own, other] = [createBrowser(accounts), createBrowser(accounts)];
  for (const one of [own, other]) await one.signIn(email);
  const newPassword = "vexing otters at noon";
  const changed = await own.post("/change-password", { currentPassword: password, newPassword });
  expect(changed.status).toBe(200);
  for (const one of [own, other]) await one.post("/sign-out");
  await lock(email);
  // Nor has it tries of its own, for whoever has taken its cookie.
  vi.mocked(hashing.verifyPassword).mockClear();
  expect((await other.signIn(email, wrong)).status).toBe(429);
  expect((await other.signIn(email, newPassword)).status).toBe(429);
  expect(verified()).toBe(0);
  expect((await own.signIn(email, newPassword)).status).toBe(200);
});

test("[A2] an address that fails with many accounts is stopped before it locks them", async () => {
  const one = createBrowser(accounts, { address: "2001:db8:7:7::1" });
  const emails = Array.from({ length: 40 }, () => `${randomUUID()}@example.com`);
  const answers: number[] = [];
  const before = await countedAccounts();
  for (const email of emails) answers.push((await one.signIn(email, wrong)).status);
  expect(answers.slice(0, 30)).toEqual(Array(30).fill(401));
  expect(answers.slice(30)).toEqual(Array(10).fill(429));
  expect(await countedAccounts()).toBe(before + 30);
  const { email } = await person();
  const neighbour = createBrowser(accounts, { address: "2001:db8:7:7:ffff::9" });
  expect(await neighbour.signIn(email)).toMatchObject({ status: 429, body: { code: "rate.exceeded" } });
  expect((await stranger().signIn(email)).status).toBe(200);
});

test("[A2 control] who signs in well is not counted, however many share an address", async () => {
  const office = createBrowser(accounts, { address: "203.0.113.9" });
  const { email } = await person();
  for (let count = 0; count < 35; count++) expect((await office.signIn(email)).status).toBe(200);
});

test("[A1 control] a lock opens by itself after a quarter of an hour", async () => {
  const { email } = await person();
  await lock(email);
  await quarterOfAnHour();
  expect((await stranger().signIn(email)).status).toBe(200);
});

test("a lock that nobody could be told of is told of at the next try, as soon as somebody can be", async () => {
  const { email, userId } = await person();
  vi.spyOn(mail, "send").mockRejectedValueOnce(new Error("the order was lost"));
  await lock(email);
  expect(mails).toEqual([]);
  expect(events.filter(({ type }) => type === "user.locked")).toEqual([]);
  for (let count = 0; count < 2; count++) expect((await stranger().signIn(email, wrong)).status).toBe(429);
  expect(mails).toMatchObject([{ to: email, subject: expect.stringContaining("locked") }]);
  expect(events.filter(({ type }) => type === "user.locked")).toMatchObject([{ userId }]);
});

test("nobody is told of a lock because of guesses that nobody has looked at yet: these may be right", async () => {
  const { email } = await person();
  const actual = await vi.importActual<typeof hashing>("../passwords/hash-password.ts");
  /** Begins to sign in, and holds the answer once the guess is counted. */
  async function begin(given: string) {
    const [counted, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    vi.mocked(hashing.verifyPassword).mockImplementationOnce(async (guess) => {
      counted.resolve();
      await mayGoOn.promise;
      return actual.verifyPassword(guess);
    });
    const answer = stranger().signIn(email, given);
    await counted.promise;
    return async () => {
      mayGoOn.resolve();
      return (await answer).status;
    };
  }
  const first = await begin(wrong);
  const others = [];
  for (let count = 0; count < 4; count++) others.push(await begin(password));
  expect(await first()).toBe(401);
  expect(mails).toEqual([]);
  for (const other of others) expect(await other()).toBe(200);
});

test("five wrong confirmations are told of, wherever they were given, with a link that lets the person confirm again", async () => {
  const { email, userId } = await person();
  const one = createBrowser(accounts);
  await one.signIn(email);
  const newPassword = "another horse battery staple";
  const confirmations: [string, (given: string) => object][] = [
    ["/confirm", (given) => ({ password: given })],
    ["/change-password", (given) => ({ currentPassword: given, newPassword })],
    ["/change-email", (given) => ({ newEmail: `${randomUUID()}@example.com`, password: given })],
  ];
  for (const [path, body] of confirmations) {
    forgetTold();
    for (let count = 0; count < 4; count++) await one.post(path, body(wrong));
    expect(mails, path).toEqual([]);
    await one.post(path, body(wrong));
    expect(mails, path).toHaveLength(1);
    expect(await one.post(path, body(password)), path).toMatchObject({ status: 429 });
    expect(mails, path).toMatchObject([{ to: email, subject: expect.stringContaining("Confirming") }]);
    expect(events.filter(({ type }) => type === "user.locked")).toMatchObject([{ userId }]);
    // To sign in is another matter.
    expect((await stranger().signIn(email)).status).toBe(200);
    const token = /unlock#([\w-]{43})$/m.exec(mails[0]?.text ?? "")?.[1];
    expect((await one.post("/unlock", { token })).status).toBe(200);
    expect((await one.post("/confirm", { password })).status, path).toBe(200);
  }
});

test("a link that unlocks, sent to an address that the account has no more, unlocks nothing", async () => {
  const { email } = await person();
  const one = createBrowser(accounts);
  await one.signIn(email);
  for (let count = 0; count < 5; count++) await one.post("/confirm", { password: wrong });
  const token = /unlock#([\w-]{43})$/m.exec(mails.at(-1)?.text ?? "")?.[1];
  await quarterOfAnHour();
  const newEmail = `${randomUUID()}@example.com`;
  expect((await one.post("/change-email", { newEmail, password })).status).toBe(200);
  const change = mails.find(({ to }) => to === newEmail);
  const [, confirms] = /change-email#([\w-]{43})$/m.exec(change?.text ?? "") ?? [];
  expect((await stranger().post("/change-email/confirm", { token: confirms })).status).toBe(200);
  expect((await stranger().post("/unlock", { token })).body.code).toBe("INVALID_TOKEN");
});

test("the person is told by mail, once for each lock, and the link in it opens it, once", async () => {
  const { email, userId } = await person();
  await lock(email);
  await stranger().signIn(email, wrong);
  expect(mails).toMatchObject([{ to: email, subject: expect.stringContaining("locked") }]);
  expect(events.filter(({ type }) => type === "user.locked")).toMatchObject([{ userId }]);
  const token = /https:\/\/app\.example\.com\/unlock#([\w-]{43})$/m.exec(mails[0]?.text ?? "")?.[1];

  expect(await stranger().post("/unlock", { token: `${token?.slice(0, -1)}x` })).toMatchObject({
    status: 400,
    body: { code: "INVALID_TOKEN" },
  });
  expect((await stranger().signIn(email)).status).toBe(429);
  expect(await stranger().post("/unlock", { token })).toMatchObject({ status: 200, body: { status: true } });
  expect(events.at(-1)).toMatchObject({ type: "user.unlocked", userId });
  expect((await stranger().post("/unlock", { token })).status).toBe(400);
  expect((await stranger().signIn(email)).status).toBe(200);

  await lock(email);
  expect(mails).toHaveLength(2);
});

test("a wrong password of somebody who is signed in is told of wherever it was given, and so is another address that is asked for", async () => {
  const { email, userId } = await person();
  const one = createBrowser(accounts);
  await one.signIn(email);
  forgetTold();
  const newEmail = `${randomUUID()}@example.com`;
  await one.post("/confirm", { password: wrong });
  await one.post("/change-password", { currentPassword: wrong, newPassword: "another horse battery staple" });
  await one.post("/change-email", { newEmail, password: wrong });
  expect(events).toMatchObject(Array(3).fill({ type: "password.failed", userId }));
  expect((await one.post("/change-email", { newEmail, password })).status).toBe(200);
  expect(events.slice(3)).toMatchObject([{ type: "email.change_requested", userId }]);
});
