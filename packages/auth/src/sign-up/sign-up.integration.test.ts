import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AccountEvent } from "../account-events.ts";
import { type Accounts, type AccountsOptions, createAccounts } from "../accounts.ts";
import { apiUrl, createBrowser, origin, password, secret } from "../testing/browser.ts";
import { createMailbox } from "../testing/mailbox.ts";
import { isForgottenSignUp } from "./forgotten-sign-up.ts";
import type { NewWorkspace } from "./workspaces.ts";

const hashes = vi.hoisted(() => ({ count: 0 }));
vi.mock("@node-rs/argon2", async (original) => {
  const real = await original<typeof import("@node-rs/argon2")>();
  const counted =
    <A extends unknown[], T>(work: (...given: A) => T) =>
    (...given: A) => {
      hashes.count += 1;
      return work(...given);
    };
  return { ...real, hash: counted(real.hash), verify: counted(real.verify) };
});

const another = "a quite different phrase of words";
const dashboardUrl = "https://app.example.com";

let database: TestDatabase;
let db: Database;
const events: AccountEvent[] = [];
const made: NewWorkspace[] = [];
let failing = false;
const post = createMailbox();

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 4 });
});
beforeEach(() => {
  events.splice(0);
  made.splice(0);
  failing = false;
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await db.close();
  await database.drop();
});

function open(options: Partial<AccountsOptions> = {}): Accounts {
  return createAccounts({
    db,
    secret,
    apiUrl,
    appOrigins: [origin],
    dashboardUrl,
    mail: post.carrier,
    signUp: { who: "open" },
    onEvent: async (event) => void events.push(event),
    product: {
      async makeWorkspace(workspace) {
        if (failing) throw new Error("the process dies");
        if (!made.some(({ tenantId }) => tenantId === workspace.tenantId)) made.push(workspace);
      },
      namesAround: async () => ["Fernhill Bakery"],
      onRenamed: async () => {},
    },
    ...options,
  });
}

const newAddress = () => `${randomUUID()}@example.com`;
const form = (email: string, more: object = {}) => ({ name: "Ada", email, workspace: "Fernhill", password, ...more });

async function count(work: () => Promise<unknown>): Promise<number> {
  const before = hashes.count;
  await work();
  return hashes.count - before;
}

/** Somebody who has confirmed their address, in a browser that is signed in. */
async function person(accounts: Accounts, email = newAddress()) {
  const browser = createBrowser(accounts);
  expect((await browser.post("/sign-up/email", form(email))).status).toBe(200);
  const verified = await browser.post("/verify-email", { token: post.token(email), password });
  expect(verified.status).toBe(200);
  return { email, browser, userId: (await browser.session())?.user.id ?? "" };
}

/** Lets time pass for the links of mails: the database's clock is what counts. */
const passForLinks = (time: string) =>
  db.authDatabase().execute(sql`update auth.mail_token set ends_at = ends_at - ${time}::interval`);

describe("signing up", () => {
  test("mails a link; with it and the password the address is confirmed, the workspace made and the person signed in", async () => {
    const accounts = open();
    const browser = createBrowser(accounts);
    const email = newAddress();
    const answer = await browser.post("/sign-up/email", form(email.toUpperCase()));
    expect(answer).toMatchObject({ status: 200, body: { status: true }, cookies: [] });
    expect(made).toEqual([]);
    const [mail] = post.to(email);
    expect(mail?.text).toContain(`${dashboardUrl}/verify-email#`);

    const verified = await browser.post("/verify-email", { token: post.token(email), password });
    expect(verified.status).toBe(200);
    const session = await browser.session();
    expect(session?.user).toMatchObject({ name: "Ada", email });
    expect(made).toMatchObject([{ name: "Fernhill", owner: { userId: session?.user.id, name: "Ada" } }]);
    expect(events.map(({ type }) => type)).toEqual(["user.signed_up", "email.verified", "user.signed_in"]);
    expect((await createBrowser(accounts).signIn(email)).status).toBe(200);
    expect(made).toHaveLength(1);
  });

  test("opens nothing before the address is confirmed, and that is told to none but who knows the password", async () => {
    const accounts = open();
    const email = newAddress();
    const browser = createBrowser(accounts);
    await browser.post("/sign-up/email", form(email));
    const right = await browser.signIn(email);
    expect(right).toMatchObject({ status: 403, body: { code: "EMAIL_NOT_VERIFIED" } });
    const wrong = await browser.signIn(email, another);
    const nobody = await browser.signIn(newAddress(), another);
    expect([wrong.status, wrong.body]).toEqual([nobody.status, nobody.body]);
    expect(await browser.session()).toBeUndefined();
    expect(made).toEqual([]);
  });

  test("for somebody else's address prepares no login that they would confirm unawares", async () => {
    const accounts = open();
    const email = newAddress();
    await createBrowser(accounts).post("/sign-up/email", form(email, { password: another }));
    const owner = createBrowser(accounts);
    const opened = await owner.post("/verify-email", { token: post.token(email), password });
    expect(opened).toMatchObject({ status: 401, body: { code: "INVALID_EMAIL_OR_PASSWORD" } });
    expect((await createBrowser(accounts).signIn(email, another)).status).toBe(403);
    // Their own sign-up takes its place.
    await owner.post("/sign-up/email", form(email, { name: "Grace" }));
    expect((await owner.post("/verify-email", { token: post.token(email), password })).status).toBe(200);
    expect((await owner.session())?.user.name).toBe("Grace");
    expect((await createBrowser(accounts).signIn(email, another)).status).toBe(401);
  });

  test("makes an earlier link lead nowhere", async () => {
    const accounts = open();
    const email = newAddress();
    const browser = createBrowser(accounts);
    await browser.post("/sign-up/email", form(email));
    const first = post.token(email);
    await browser.post("/send-verification-email", { email });
    expect(post.to(email)).toHaveLength(2);
    const old = await browser.post("/verify-email", { token: first, password });
    expect(old).toMatchObject({ status: 400, body: { code: "INVALID_TOKEN" } });
    expect((await browser.post("/verify-email", { token: post.token(email), password })).status).toBe(200);
  });

  test("is confirmed once, also by two at the same time, and only within the hour", async () => {
    const accounts = open();
    const email = newAddress();
    const browser = createBrowser(accounts);
    await browser.post("/sign-up/email", form(email));
    await passForLinks("61 minutes");
    const late = await browser.post("/verify-email", { token: post.token(email), password });
    expect(late.body).toMatchObject({ code: "INVALID_TOKEN" });
    await browser.post("/send-verification-email", { email });
    const body = { token: post.token(email), password };
    const both = await Promise.all([0, 1].map(() => createBrowser(accounts).post("/verify-email", body)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(made).toHaveLength(1);
  });

  test("whose process dies before the workspace is made is finished by the next sign-in, with the same workspace", async () => {
    const accounts = open();
    const email = newAddress();
    const browser = createBrowser(accounts);
    await browser.post("/sign-up/email", form(email));
    failing = true;
    await expect(browser.post("/verify-email", { token: post.token(email), password })).rejects.toThrow("dies");
    expect(made).toEqual([]);
    failing = false;
    expect((await browser.signIn(email)).status).toBe(200);
    expect(made).toMatchObject([{ name: "Fernhill" }]);
  });

  test("is not confirmed by guessing the password", async () => {
    const accounts = open();
    const email = newAddress();
    const browser = createBrowser(accounts);
    await browser.post("/sign-up/email", form(email));
    const token = post.token(email);
    const statuses = [];
    for (let tries = 0; tries < 5; tries += 1) {
      statuses.push((await browser.post("/verify-email", { token, password: another })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    expect((await browser.post("/verify-email", { token, password })).status).toBe(429);
  });

  test("without a workspace makes a login alone", async () => {
    const accounts = open();
    const email = newAddress();
    const browser = createBrowser(accounts);
    await browser.post("/sign-up/email", form(email, { workspace: undefined }));
    expect((await browser.post("/verify-email", { token: post.token(email), password })).status).toBe(200);
    expect(made).toEqual([]);
  });

  test.each([
    ["no address", { email: "ada" }, "INVALID_EMAIL"],
    ["two addresses", { email: "a@example.com, b@example.com" }, "INVALID_EMAIL"],
    ["a line break in the address", { email: "a@example.com\r\nBcc: b@example.com" }, "INVALID_EMAIL"],
    ["no name", { name: "  " }, "INVALID_NAME"],
    ["a line break in the name", { name: "Ada\r\nBcc: b@example.com" }, "INVALID_NAME"],
    ["an invisible name", { workspace: "\u200b\u200b" }, "INVALID_NAME"],
    ["a short password", { password: "14 characters!" }, "PASSWORD_TOO_SHORT"],
    [
      "the workspace's name for a password",
      { workspace: "Nightingale Books", password: "NightingaleBooks1" },
      "PASSWORD_TOO_COMMON",
    ],
  ])("with %s is refused, and nothing is mailed", async (_, fault, code) => {
    const email = newAddress();
    const answer = await createBrowser(open()).post("/sign-up/email", { ...form(email), ...fault });
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(post.to(email)).toEqual([]);
  });

  test("is for whoever the configuration says", async () => {
    const findInviting = async (email: string, invitation: string) =>
      invitation === `an invitation of ${email}` ? "Fernhill" : undefined;
    const email = newAddress();
    const invitation = `an invitation of ${email}`;
    const attempt = async (who: "open" | "invited" | "closed", more: object) =>
      (await createBrowser(open({ signUp: { who, findInviting } })).post("/sign-up/email", form(email, more))).status;
    expect(await attempt("closed", { invitation, workspace: undefined })).toBe(403);
    expect(await attempt("invited", {})).toBe(403);
    expect(await attempt("invited", { invitation: "an invitation of somebody else", workspace: undefined })).toBe(403);
    expect(post.to(email)).toEqual([]);
    expect(await attempt("invited", { invitation, workspace: undefined })).toBe(200);
    for (const who of ["invited", "open"] as const)
      expect(await attempt(who, { invitation, workspace: "One of my own" })).toBe(400);
  });

  test("that nobody has confirmed in a week is found by an index, however many people there are", async () => {
    const plan = await db.transaction("auth", async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`);
      return (
        await tx.execute(sql`
          explain select from auth."user" s where ${isForgottenSignUp}`)
      ).rows;
    });
    expect(JSON.stringify(plan)).toContain("user_unconfirmed");
  });

  test.each(["open", "invited"] as const)(
    "[A4] where it is %s, a password made of the inviting workspace's name is refused",
    async (who) => {
      const email = newAddress();
      const more = { password: "FernhillFernhill", invitation: "the invitation that it is", workspace: undefined };
      const attempt = (inviting: string) =>
        createBrowser(open({ signUp: { who, findInviting: async () => inviting } })).post(
          "/sign-up/email",
          form(email, more),
        );
      expect(await attempt("Fernhill")).toMatchObject({ status: 400, body: { code: "PASSWORD_TOO_COMMON" } });
      expect(await attempt("Nightingale")).toMatchObject({ status: 200 });
    },
  );
});

test("a browser knows its person after every way in, and by the address that they change over to: nobody locks them out there", async () => {
  const accounts = open();
  const { email, browser } = await person(accounts);
  let strangers = 0;
  const lock = async (address: string) => {
    for (let count = 0; count < 5; count++) {
      strangers += 1;
      await createBrowser(accounts, { address: `198.51.100.${strangers}` }).signIn(address, another);
    }
    const elsewhere = createBrowser(accounts, { address: "203.0.113.1" });
    expect((await elsewhere.signIn(address)).body.code).toBe("TOO_MANY_ATTEMPTS");
  };
  await lock(email);
  expect((await browser.signIn(email)).status).toBe(200);

  const newEmail = newAddress();
  await browser.post("/change-email", { newEmail, password });
  expect((await browser.post("/change-email/confirm", { token: post.token(newEmail) })).status).toBe(200);
  await lock(newEmail);
  expect((await browser.signIn(newEmail)).status).toBe(200);
});

describe("whether an address has an account is not to be learned", () => {
  test("[A3 control] hashes are counted: none for what is no address, one for a password that is looked at", async () => {
    const browser = createBrowser(open());
    expect(await count(() => browser.signIn("no address"))).toBe(0);
    expect(await count(() => browser.signIn(newAddress()))).toBe(1);
  });

  test("[A3] from signing up: same answer, same hashes, and the address's owner is told", async () => {
    const accounts = open();
    const known = await person(accounts);
    const stranger = createBrowser(accounts);
    const unknown = newAddress();
    const answers: unknown[] = [];
    const attempt = (email: string) =>
      count(async () => {
        const { status, body, cookies } = await stranger.post("/sign-up/email", form(email));
        answers.push([status, body, cookies]);
      });
    const counted = [await attempt(known.email), await attempt(unknown), await attempt(unknown)];
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[2]).toEqual(answers[1]);
    expect(counted).toEqual([1, 1, 1]);
    expect(post.to(known.email).at(-1)?.subject).toBe("You have an account already");
    expect((await createBrowser(accounts).signIn(known.email)).status).toBe(200);
  });

  test("[A3] from signing in: same answer, same hashes, of nobody, of one unconfirmed and of one with a password", async () => {
    const accounts = open();
    const { email: known } = await person(accounts);
    const unconfirmed = newAddress();
    await createBrowser(accounts).post("/sign-up/email", form(unconfirmed));
    const outcomes = [];
    for (const email of [known, newAddress(), unconfirmed, newAddress()]) {
      let seen: unknown;
      const counted = await count(async () => {
        const { status, body, cookies } = await createBrowser(accounts).signIn(email, another);
        seen = [status, body, cookies];
      });
      outcomes.push([counted, seen]);
    }
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(outcomes[0]?.[0]).toBe(1);
  });

  test("[A3] from asking for a new password or another link: same answer, no hashes", async () => {
    const accounts = open();
    const { email: known } = await person(accounts);
    for (const path of ["/request-password-reset", "/send-verification-email"]) {
      const outcomes = [];
      for (const email of [known, newAddress()]) {
        let seen: unknown;
        const counted = await count(async () => {
          const { status, body, cookies } = await createBrowser(accounts).post(path, { email });
          seen = [status, body, cookies];
        });
        outcomes.push([counted, seen]);
      }
      expect(outcomes[0]).toEqual(outcomes[1]);
      expect(outcomes[0]?.[0]).toBe(0);
    }
  });

  test("[A3] from how long that takes: the answer waits neither for the mail nor for the log", async () => {
    const unconfirmed = newAddress();
    await createBrowser(open()).post("/sign-up/email", form(unconfirmed));
    const { email: known } = await person(open());
    const stuck = Promise.withResolvers<void>();
    const mail = { send: () => stuck.promise };
    const accounts = open({ mail, onEvent: () => stuck.promise });
    const ask = (path: string, email: string, more: object = {}) =>
      accounts.handle(
        new Request(`${apiUrl}/api/auth${path}`, {
          method: "POST",
          headers: { origin, "content-type": "application/json", "x-forwarded-for": "203.0.113.78" },
          body: JSON.stringify({ email, ...more }),
        }),
      );
    expect((await ask("/request-password-reset", known)).status).toBe(200);
    expect((await ask("/send-verification-email", unconfirmed)).status).toBe(200);
    const guesses: number[] = [];
    for (let count = 0; count < 6; count++)
      guesses.push((await ask("/sign-in/email", known, { password: another })).status);
    expect(guesses).toEqual([401, 401, 401, 401, 401, 429]);
    stuck.resolve();
    await accounts.settled();
  });

  test("what fails after the answer is told to whoever runs the process", async () => {
    const { email } = await person(open());
    const told: unknown[] = [];
    const fault = new Error("the queue is gone");
    const mail = { send: () => Promise.reject(fault) };
    const accounts = open({ mail, onError: (error) => void told.push(error) });
    expect((await createBrowser(accounts).post("/request-password-reset", { email })).status).toBe(200);
    expect(told).toEqual([fault]);
  });

  test("[A3] from changing over to it: same answer, same hashes", async () => {
    const accounts = open();
    const { email: taken } = await person(accounts);
    const { browser, email } = await person(accounts);
    const outcomes = [];
    for (const newEmail of [taken, newAddress()]) {
      let seen: unknown;
      const counted = await count(async () => {
        const { status, body } = await browser.post("/change-email", { newEmail, password });
        seen = [status, body];
      });
      outcomes.push([counted, seen]);
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(post.to(email).filter(({ subject }) => subject.includes("is to be changed"))).toHaveLength(2);
  });
});

describe("a new password by mail", () => {
  test("[S3] ends every session, works once, and the old one is none", async () => {
    const accounts = open();
    const { email, browser } = await person(accounts);
    const elsewhere = createBrowser(accounts);
    await elsewhere.signIn(email);
    await browser.post("/request-password-reset", { email });
    const token = post.token(email);
    expect(post.to(email).at(-1)?.text).toContain(`${dashboardUrl}/reset-password#`);
    const body = { token, newPassword: another };
    const all = await Promise.all([0, 1, 2, 3].map(() => createBrowser(accounts).post("/reset-password", body)));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    expect(await browser.session()).toBeUndefined();
    expect(await elsewhere.session()).toBeUndefined();
    expect((await elsewhere.signIn(email)).status).toBe(401);
    expect((await elsewhere.signIn(email, another)).status).toBe(200);
    expect(post.to(email).at(-1)?.subject).toBe("Your password was changed");
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["password.reset_requested", "password.reset"]),
    );
  });

  test("is refused with a bad password, and the link goes on working; after half an hour it does not", async () => {
    const accounts = open();
    const { email, browser } = await person(accounts);
    await browser.post("/request-password-reset", { email });
    const token = post.token(email);
    const weak = await browser.post("/reset-password", { token, newPassword: "FernhillBakery-99" });
    expect(weak.body).toMatchObject({ code: "PASSWORD_TOO_COMMON" });
    expect(await browser.session()).toBeDefined();
    await passForLinks("31 minutes");
    const late = await browser.post("/reset-password", { token, newPassword: another });
    expect(late.body).toMatchObject({ code: "INVALID_TOKEN" });
  });

  test("[A4] is refused when it is made of the workspace's name that they signed up for and have not confirmed", async () => {
    const accounts = open();
    const email = newAddress();
    const browser = createBrowser(accounts);
    await browser.post("/sign-up/email", form(email, { workspace: "Nightingale Books" }));
    await browser.post("/request-password-reset", { email });
    const reset = (newPassword: string) => browser.post("/reset-password", { token: post.token(email), newPassword });
    expect((await reset("NightingaleBooks1")).body).toMatchObject({ code: "PASSWORD_TOO_COMMON" });
    expect((await reset(another)).status).toBe(200);
  });

  test("[A10] leads to the configured dashboard, whatever host the request names", async () => {
    const accounts = open();
    const { email, browser } = await person(accounts);
    const hosts = {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      forwarded: "host=evil.example",
    };
    await browser.post("/request-password-reset", { email }, hosts);
    await browser.post("/send-verification-email", { email: newAddress() }, hosts);
    const mail = post.to(email).at(-1);
    expect(mail?.text).toContain(`${dashboardUrl}/reset-password#`);
    expect(`${mail?.text}${mail?.html}`).not.toContain("evil.example");
    const redirect = await browser.post("/request-password-reset", { email, redirectTo: "https://evil.example" });
    expect(redirect.status).toBe(403);
  });

  test("a link of one kind is none of another, and of a link the database keeps no secret", async () => {
    const accounts = open();
    const { email, browser } = await person(accounts);
    await browser.post("/change-email", { newEmail: newAddress(), password });
    await browser.post("/request-password-reset", { email });
    const token = post.token(email);
    expect((await browser.post("/change-email/confirm", { token })).body).toMatchObject({ code: "INVALID_TOKEN" });
    expect((await browser.post("/verify-email", { token, password })).body).toMatchObject({ code: "INVALID_TOKEN" });
    const { rows } = await db.authDatabase().execute(sql`select * from auth.mail_token`);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe("whoever is signed in", () => {
  test("[S3] changes their password with the old one, and goes on here alone", async () => {
    const accounts = open();
    const { email, browser, userId } = await person(accounts);
    const elsewhere = createBrowser(accounts);
    await elsewhere.signIn(email);
    const wrong = await browser.post("/change-password", { currentPassword: another, newPassword: another });
    expect(wrong).toMatchObject({ status: 400, body: { code: "INVALID_PASSWORD" } });
    const weak = await browser.post("/change-password", {
      currentPassword: password,
      newPassword: "fernhill bakery!!",
    });
    expect(weak.body).toMatchObject({ code: "PASSWORD_TOO_COMMON" });
    expect(await elsewhere.session()).toBeDefined();
    const before = browser.jar.get("parley.session_token");
    const changed = await browser.post("/change-password", { currentPassword: password, newPassword: another });
    expect(changed).toMatchObject({ status: 200, body: { status: true } });
    expect(browser.jar.get("parley.session_token")).not.toBe(before);
    expect((await browser.session())?.user.id).toBe(userId);
    expect(await elsewhere.session()).toBeUndefined();
    expect((await elsewhere.signIn(email)).status).toBe(401);
    expect(events.at(-2)).toMatchObject({ type: "password.changed", userId, ip: "192.0.2.7" });
  });

  test("changes over to another address with the password and a link to that address, and the old one is told", async () => {
    const accounts = open();
    const { email, browser, userId } = await person(accounts);
    const newEmail = newAddress();
    const wrong = await browser.post("/change-email", { newEmail, password: another });
    expect(wrong.body).toMatchObject({ code: "INVALID_PASSWORD" });
    expect(post.to(newEmail)).toEqual([]);
    expect((await browser.post("/change-email", { newEmail, password })).status).toBe(200);
    expect((await browser.session())?.user.email).toBe(email);
    await browser.post("/request-password-reset", { email });
    const opensOldAccount = post.token(email);

    const token = post.token(newEmail);
    expect((await createBrowser(accounts).post("/change-email/confirm", { token })).status).toBe(200);
    expect((await browser.session())?.user.email).toBe(newEmail);
    expect((await createBrowser(accounts).signIn(email)).status).toBe(401);
    expect((await createBrowser(accounts).signIn(newEmail)).status).toBe(200);
    expect(post.to(email).at(-1)?.subject).toBe("Your e-mail address was changed");
    const stale = await createBrowser(accounts).post("/reset-password", {
      token: opensOldAccount,
      newPassword: another,
    });
    expect(stale.body).toMatchObject({ code: "INVALID_TOKEN" });
    expect((await createBrowser(accounts).post("/change-email/confirm", { token })).status).toBe(400);
    expect(events).toContainEqual(expect.objectContaining({ type: "email.changed", userId }));
  });

  test("can't change over to an address that somebody confirmed meanwhile; a sign-up that nobody confirmed stops nobody", async () => {
    const accounts = open();
    const { browser } = await person(accounts);
    const contested = newAddress();
    await browser.post("/change-email", { newEmail: contested, password });
    const token = post.token(contested);
    await person(accounts, contested);
    expect((await browser.post("/change-email/confirm", { token })).body).toMatchObject({ code: "INVALID_TOKEN" });

    const squatted = newAddress();
    await createBrowser(accounts).post("/sign-up/email", form(squatted));
    await browser.post("/change-email", { newEmail: squatted, password });
    expect((await browser.post("/change-email/confirm", { token: post.token(squatted) })).status).toBe(200);
  });

  test.each([
    ["/change-password", { currentPassword: another, newPassword: another }],
    ["/change-email", { newEmail: newAddress(), password: another }],
  ])("[S4] is not guessed at by %s: after five wrong passwords the right one is not looked at", async (path, body) => {
    const accounts = open();
    const { browser, userId } = await person(accounts);
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await browser.post(path, body)).body).toMatchObject({ code: "INVALID_PASSWORD" });
    }
    const right = { currentPassword: password, newPassword: another, newEmail: newAddress(), password };
    const keys = Object.keys(body) as (keyof typeof right)[];
    const given = Object.fromEntries(keys.map((key) => [key, right[key]]));
    const counted = await count(async () => {
      expect(await browser.post(path, given)).toMatchObject({ status: 429, body: { code: "TOO_MANY_ATTEMPTS" } });
    });
    expect(counted).toBe(0);
    await db.authDatabase().execute(sql`update auth.attempt set ends_at = ends_at - interval '16 minutes'`);
    expect((await browser.post(path, given)).status).toBe(200);
    expect((await browser.session())?.user.id).toBe(userId);
  });

  test("is not counted for a password that was right", async () => {
    const accounts = open();
    const { browser } = await person(accounts);
    for (let tries = 0; tries < 7; tries += 1) {
      const [currentPassword, newPassword] = tries % 2 ? [another, password] : [password, another];
      expect((await browser.post("/change-password", { currentPassword, newPassword })).status).toBe(200);
    }
    for (let tries = 0; tries < 7; tries += 1) {
      expect((await browser.post("/change-email", { newEmail: newAddress(), password: another })).status).toBe(200);
    }
  });

  test("is not counted for a new password that is refused", async () => {
    const accounts = open();
    const { browser } = await person(accounts);
    for (let tries = 0; tries < 7; tries += 1) {
      const weak = await browser.post("/change-password", { currentPassword: password, newPassword: "short" });
      expect(weak.body).toMatchObject({ code: "PASSWORD_TOO_SHORT" });
    }
  });

  test("gives themselves another name", async () => {
    const onRenamed = vi.fn(async () => {});
    const accounts = open({ product: { makeWorkspace: async () => {}, namesAround: async () => [], onRenamed } });
    const { browser, userId } = await person(accounts);
    expect((await browser.post("/update-user", { name: " Ada Lovelace " })).status).toBe(200);
    expect((await browser.session())?.user.name).toBe("Ada Lovelace");
    expect(onRenamed).toHaveBeenCalledExactlyOnceWith(userId, "Ada Lovelace");
    expect((await browser.post("/update-user", { name: "" })).body).toMatchObject({ code: "INVALID_NAME" });
    const more = await browser.post("/update-user", {
      name: "Ada",
      emailVerified: false,
      image: "https://evil.example/x",
    });
    expect(more.status).toBe(400);
  });

  test.each([
    ["/change-password", { currentPassword: password, newPassword: another }],
    ["/change-email", { newEmail: "ada@example.com", password }],
    ["/update-user", { name: "Ada" }],
  ])("is who %s is for, and nobody else", async (path, body) => {
    expect((await createBrowser(open()).post(path, body)).status).toBe(401);
  });
});
