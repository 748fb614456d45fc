import { createHash, randomBytes, randomUUID } from "node:crypto";
import { accountEndpoints } from "@parley/contracts";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { sql } from "drizzle-orm";
import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { AccountEvent } from "../account-events.ts";
import { type Accounts, createAccounts } from "../accounts.ts";
import { Factors } from "../factors/factors.ts";
import { Attempts } from "../lockout/attempts.ts";
import { codeOf } from "../testing/authenticator.ts";
import { apiUrl, createBrowser, origin, password, secret } from "../testing/browser.ts";
import { heldUp } from "../testing/held-up.ts";
import { createMailbox } from "../testing/mailbox.ts";
import { type OpenIdProvider, startOpenIdProvider } from "../testing/openid-provider.ts";
import type { SignInProvider } from "./openid-provider.ts";

type Id = SignInProvider["id"];
const redirectUriOf = (id: Id) => `${apiUrl}/api/auth/callback/${id}`;

let database: TestDatabase;
let db: Database;
let accounts: Accounts;
let provider: OpenIdProvider;
const mailbox = createMailbox();
const events: AccountEvent[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 4 });
  const printed = [vi.spyOn(console, "warn"), vi.spyOn(console, "info")];
  for (const spy of printed) spy.mockImplementation(() => {});
  provider = await startOpenIdProvider({ redirectUris: (["oidc", "google", "microsoft"] as const).map(redirectUriOf) });
  accounts = open();
});
afterEach(() => {
  provider.instead = undefined;
  vi.restoreAllMocks();
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await db.close();
  await database.drop();
});

/** Accounts of a process that has not asked the provider anything yet. It is known to them by each of the names. */
function open({ issuer = provider.issuer, ids = ["oidc"] }: { issuer?: string; ids?: Id[] } = {}): Accounts {
  const { client } = provider;
  return createAccounts({
    db,
    secret,
    apiUrl,
    appOrigins: [origin],
    signUp: { who: "open" },
    mail: mailbox.carrier,
    onEvent: async (event) => void events.push(event),
    providers: ids.map((id) => ({
      ...{ id, name: "Our sign-in", issuer, clientId: client.id, clientSecret: client.secret },
    })),
  });
}

type Browser = ReturnType<typeof createBrowser>;

const wanted = {
  provider: "oidc",
  callbackURL: `${origin}/inbox`,
  errorCallbackURL: `${origin}/sign-in`,
  disableRedirect: true,
};

/** Begins to sign in. @returns where the browser is sent */
async function begin(browser: Browser, path = "/sign-in/social", id: Id = "oidc"): Promise<URL> {
  const { status, body } = await browser.post(path, { ...wanted, provider: id });
  expect(status).toBe(200);
  return new URL(String(body.url));
}

/** What the person does on the provider's own pages. @returns where these send the browser in the end */
async function atProvider(start: URL, sub: string): Promise<URL> {
  const jar = new Map<string, string>();
  let next = start;
  let form: string | undefined;
  for (let step = 0; step < 12; step++) {
    const answer = await fetch(next, {
      redirect: "manual",
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form && { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(form && { method: "POST", body: form }),
    });
    form = undefined;
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    const location = answer.headers.get("location");
    const page = await answer.text();
    if (location) {
      next = new URL(location, next);
      if (next.href.startsWith(apiUrl)) return next;
    } else {
      expect(answer.status, page).toBe(200);
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? "login";
      next = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? "", next);
      form = new URLSearchParams({ prompt, ...(prompt === "login" && { login: sub, password: "any" }) }).toString();
    }
  }
  throw new Error("the provider's pages lead nowhere");
}

async function signIn(browser: Browser, sub: string, id: Id = "oidc") {
  return browser.get((await atProvider(await begin(browser, "/sign-in/social", id), sub)).href);
}
const location = (answer: { headers: Headers }) => answer.headers.get("location") ?? "";
const somebody = (email = `${randomUUID()}@example.com`, verified = true) => {
  const sub = randomUUID();
  provider.people.set(sub, { email, email_verified: verified });
  return { sub, email };
};
const accountsOf = async (email: string) =>
  (
    await db.authDatabase().execute(sql`
      select provider_id, account_id, access_token, refresh_token, id_token from auth.account a
      join auth."user" u on u.id = a.user_id where u.email = ${email} order by provider_id`)
  ).rows;

test("[A9, A10 control] somebody signs in at the provider, and is the same person the next time; no token of the provider is kept", async () => {
  const { sub, email } = somebody();
  const browser = createBrowser(accounts);
  expect(location(await signIn(browser, sub))).toBe(`${origin}/inbox`);
  const first = await browser.session();
  expect(first?.user).toMatchObject({ email, name: "Ada" });
  expect(browser.jar.has("parley.known_device")).toBe(true);
  const again = createBrowser(accounts);
  await signIn(again, sub);
  expect((await again.session())?.user.id).toBe(first?.user.id);
  expect(await accountsOf(email)).toEqual([
    {
      provider_id: "oidc",
      account_id: JSON.stringify([provider.issuer, sub]),
      access_token: null,
      refresh_token: null,
      id_token: null,
    },
  ]);
});

test("[A9 + control] the same subject of another issuer is another person; one from before issuers were noted is of the configured one", async () => {
  const { sub, email } = somebody();
  const browser = createBrowser(accounts);
  await signIn(browser, sub);
  const first = await browser.session();
  const put = (accountId: string) =>
    db.authDatabase().execute(sql`update auth.account set account_id = ${accountId} where user_id = ${first?.user.id}`);
  await put(sub);
  const again = createBrowser(open());
  await signIn(again, sub);
  expect((await again.session())?.user.id).toBe(first?.user.id);
  expect(await accountsOf(email)).toMatchObject([{ account_id: JSON.stringify([provider.issuer, sub]) }]);

  await put(JSON.stringify(["https://another.example.com", sub]));
  const other = createBrowser(open());
  expect(location(await signIn(other, sub))).toContain("error=");
  expect(await other.session()).toBeUndefined();
});

test("[A9] an issuer is the same with or without a slash at its end, as it is configured and as it calls itself", async () => {
  const { sub } = somebody();
  const browser = createBrowser(accounts);
  await signIn(browser, sub);
  const first = await browser.session();
  const slashed = `${provider.issuer}/`;
  const configured = createBrowser(open({ issuer: slashed }));
  await signIn(configured, sub);
  expect((await configured.session())?.user.id).toBe(first?.user.id);
  await sayInstead({ issuer: slashed });
  const called = createBrowser(open());
  expect(await signInWith(called, { iss: slashed, sub }, slashed)).toBe(`${origin}/inbox`);
  expect((await called.session())?.user.id).toBe(first?.user.id);
});

test("accounts of earlier releases are bound to the issuer, whichever of the forms somebody has, and nobody is held up", async () => {
  const forms: ((sub: string) => string)[] = [
    (sub) => JSON.stringify([provider.issuer, sub]),
    (sub) => JSON.stringify([`${provider.issuer}/`, sub]),
    (sub) => sub,
  ];
  const people = [];
  for (const which of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
    const { sub, email } = somebody();
    const browser = createBrowser(accounts);
    await signIn(browser, sub);
    const userId = (await browser.session())?.user.id;
    await db.authDatabase().execute(sql`delete from auth.account where user_id = ${userId}`);
    for (const form of which) {
      await db.authDatabase().execute(sql`
        insert into auth.account (id, account_id, provider_id, user_id, created_at, updated_at)
        values (${randomUUID()}, ${forms[form]?.(sub)}, 'oidc', ${userId}, now(), now())`);
    }
    people.push({ sub, email, userId });
  }
  const later = open();
  for (const { sub, email, userId } of people) {
    const browser = createBrowser(later);
    expect(location(await signIn(browser, sub))).toBe(`${origin}/inbox`);
    expect((await browser.session())?.user.id).toBe(userId);
    expect(await accountsOf(email)).toMatchObject([{ account_id: JSON.stringify([provider.issuer, sub]) }]);
  }
});

test("a provider that has not said what it is when somebody comes back lets nobody in, and looks for nobody; a moment later it does", async () => {
  const { sub, email } = somebody();
  const before = createBrowser(accounts);
  await signIn(before, sub);
  await db.authDatabase().execute(sql`
    update auth.account set account_id = ${sub} where account_id = ${JSON.stringify([provider.issuer, sub])}`);
  const later = open();
  const browser = createBrowser(accounts);
  const comesBack = createBrowser(later);
  const back = await atProvider(await begin(browser), sub);
  for (const [name, value] of browser.jar) comesBack.jar.set(name, value);
  let asked = 0;
  provider.instead = ({ url }, response) => {
    if (!url?.startsWith("/.well-known/") || asked > 0) return false;
    asked += 1;
    response.writeHead(503).end();
    return true;
  };
  expect(location(await comesBack.get(back.href))).toBe(`${origin}/sign-in?error=provider_unreachable`);
  expect(asked).toBe(1);
  expect(location(await signIn(comesBack, sub))).toBe(`${origin}/inbox`);
  expect((await comesBack.session())?.user.id).toBe((await before.session())?.user.id);
  expect(await accountsOf(email)).toHaveLength(1);
});

test("[A9] that a domain's owner has verified an address counts when Entra says so, and nobody else", async () => {
  const three = open({ ids: ["oidc", "google", "microsoft"] });
  const says = async (id: Id, claims: object) => {
    const { sub, email } = somebody();
    provider.people.set(sub, { email, ...claims });
    const browser = createBrowser(three);
    const led = location(await signIn(browser, sub, id));
    return { led, user: (await browser.session())?.user.email === email, accounts: await accountsOf(email), sub };
  };
  const refused = { led: `${origin}/sign-in?error=email_not_found`, user: false, accounts: [] };
  const verified = { xms_edov: true };
  for (const claims of [{}, { xms_edov: false }, { email_verified: false }])
    expect(await says("microsoft", claims), JSON.stringify(claims)).toMatchObject(refused);
  for (const id of ["oidc", "google"] as const) expect(await says(id, verified), id).toMatchObject(refused);

  const of = (id: Id, account: string) => ({
    ...{ led: `${origin}/inbox`, user: true, accounts: [{ provider_id: id, account_id: account }] },
  });
  for (const claims of [verified, { xms_edov: "1" }]) {
    const { sub, ...rest } = await says("microsoft", claims);
    expect(rest, JSON.stringify(claims)).toMatchObject(of("microsoft", sub));
  }
  const { sub, ...rest } = await says("google", { email_verified: true });
  expect(rest).toMatchObject(of("google", sub));
});

test("[A9] the provider's word links nobody to an account that is there already, verified or not", async () => {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  for (const verified of [true, false]) {
    const { sub } = somebody(email, verified);
    const browser = createBrowser(accounts);
    events.length = 0;
    expect(location(await signIn(browser, sub))).toContain("error=");
    expect(await browser.session()).toBeUndefined();
    // The log of the person's workspaces has it.
    expect(events).toMatchObject([{ type: "user.sign_in_failed", userId, ip: "192.0.2.7" }]);
  }
  expect(await accountsOf(email)).toHaveLength(1);
});

test("[A9] an address that the provider does not vouch for, or that is none, makes no account", async () => {
  for (const one of [somebody(undefined, false), somebody(`Ada <${randomUUID()}@example.com>`)]) {
    const browser = createBrowser(accounts);
    expect(location(await signIn(browser, one.sub))).toContain("error=");
    expect(await browser.session()).toBeUndefined();
    expect(await accountsOf(one.email)).toEqual([]);
  }
});

test("a sign-in that comes to nothing is told of, as one of whom it is about where that is known; one that somebody gave up is not", async () => {
  const { sub, email } = somebody();
  const browser = createBrowser(accounts);
  await signIn(browser, sub);
  const userId = (await browser.session())?.user.id;
  const told = async (work: (other: Browser) => Promise<unknown>) => {
    events.length = 0;
    await work(createBrowser(accounts));
    return events.map((event) => [event.type, event.userId]);
  };
  provider.people.set(sub, { email: `${randomUUID()}@example.com`, email_verified: false });
  expect(await told((other) => signIn(other, sub)), "linked, but not vouched for").toEqual([
    ["user.sign_in_failed", userId],
  ]);
  expect(await told((other) => signInWith(other, { email, aud: "another client" })), "a refused token").toEqual([
    ["user.sign_in_failed", undefined],
  ]);
  provider.instead = undefined;
  const giveUp = async (other: Browser) => {
    const back = new URL(redirectUriOf("oidc"));
    const state = (await begin(other)).searchParams.get("state") ?? "";
    back.search = new URLSearchParams({ state, error: "access_denied" }).toString();
    expect(location(await other.get(back.href))).toContain("error=");
  };
  expect(await told(giveUp)).toEqual([]);
  // To link what is somebody else's is no sign-in.
  const linking = await linkedPerson();
  provider.people.set(sub, { email: linking.email, email_verified: true });
  const link = async () => {
    const back = await atProvider(await begin(linking.browser, "/link-social"), sub);
    expect(location(await linking.browser.get(back.href))).toContain("error=");
  };
  expect(await told(link)).toEqual([]);
});

test("an account is linked by its owner, who has just proved who they are; then either way leads to it", async () => {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const { sub } = somebody(email);
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  await db.authDatabase().execute(sql`
    update auth.session set proven_at = proven_at - interval '11 minutes' where user_id = ${userId}`);
  expect((await browser.post("/link-social", wanted)).body.code).toBe("auth.confirmation_required");
  await browser.post("/confirm", { password });
  const back = await atProvider(await begin(browser, "/link-social"), sub);
  expect(location(await browser.get(back.href))).toBe(`${origin}/inbox`);
  const other = createBrowser(accounts);
  await signIn(other, sub);
  expect((await other.session())?.user.id).toBe(userId);
  // The owner is told, and the log.
  expect(mailbox.to(email).map(({ subject }) => subject)).toEqual(["Our sign-in can sign you in now"]);
  expect(events.filter(({ type }) => type === "account.linked")).toMatchObject([{ userId, ip: "192.0.2.7" }]);
  // A second time it changes nothing, and still no token of the provider is kept.
  const again = await atProvider(await begin(browser, "/link-social"), sub);
  expect(location(await browser.get(again.href))).toBe(`${origin}/inbox`);
  expect(await accountsOf(email)).toMatchObject([
    { provider_id: "credential" },
    { provider_id: "oidc", access_token: null, refresh_token: null, id_token: null },
  ]);
});

test("nothing is linked without a mail that tells of it", async () => {
  const email = `${randomUUID()}@example.com`;
  await accounts.ensureUser({ email, name: "Ada", password });
  const { sub } = somebody(email);
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  const link = async () => browser.get((await atProvider(await begin(browser, "/link-social"), sub)).href);
  events.length = 0;
  vi.spyOn(mailbox.carrier, "send").mockRejectedValueOnce(new Error("the order was lost"));
  await expect(link()).rejects.toThrow("the order was lost");
  expect(await accountsOf(email)).toHaveLength(1);
  expect(events).toEqual([]);
  expect(location(await link())).toBe(`${origin}/inbox`);
  expect(await accountsOf(email)).toHaveLength(2);
  expect(mailbox.to(email)).toHaveLength(1);
});

/** Somebody with a password and a provider, signed in just now. */
async function linkedPerson() {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const { sub } = somebody(email);
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  await browser.get((await atProvider(await begin(browser, "/link-social"), sub)).href);
  return { email, userId, sub, browser };
}
const linksOf = async (browser: Browser) =>
  accountEndpoints["GET /api/auth/links"].answer.parse((await browser.get("/links")).body);

test("a provider is unlinked by the owner, who has just proved who they are; it opens nothing more, and other devices are out", async () => {
  const { email, userId, sub, browser } = await linkedPerson();
  const elsewhere = createBrowser(accounts);
  await signIn(elsewhere, sub);
  const one = { id: "oidc", name: "Our sign-in", configured: true };
  expect(await linksOf(browser)).toEqual({ password: true, providers: [{ ...one, linked: true }] });

  await db.authDatabase().execute(sql`
    update auth.session set proven_at = proven_at - interval '11 minutes' where user_id = ${userId}`);
  expect((await browser.post("/links/remove", { provider: "oidc" })).body.code).toBe("auth.confirmation_required");
  await browser.post("/confirm", { password });
  const token = browser.jar.get("parley.session_token");
  const copy = createBrowser(accounts);
  for (const [name, value] of browser.jar) copy.jar.set(name, value);
  expect((await browser.post("/links/remove", { provider: "oidc" })).status).toBe(200);
  // Its own answer has the new token; a copy of the former one proves nothing, and is told what there is to see.
  expect(browser.jar.get("parley.session_token")).not.toBe(token);
  expect((await copy.session())?.session.fresh).toBe(false);
  expect((await copy.post("/links/remove", { provider: "oidc" })).body.code).toBe("NOT_LINKED");
  expect(copy.jar.get("parley.session_token")).toBe(token);
  expect(await elsewhere.session()).toBeUndefined();
  expect(await linksOf(browser)).toEqual({ password: true, providers: [{ ...one, linked: false }] });
  expect(location(await signIn(elsewhere, sub))).toContain("error=");
  expect(mailbox.to(email).at(-1)?.subject).toBe("Our sign-in signs you in no more");
  const told = events.filter((event) => event.userId === userId).map(({ type }) => type);
  expect(told.slice(-2)).toEqual(["account.unlinked", "user.sign_in_failed"]);
  expect((await browser.post("/links/remove", { provider: "oidc" })).body.code).toBe("NOT_LINKED");
});

const personLock = (userId: string) => sql`select 1 from auth."user" where id = ${userId} for no key update`;
const sessionsOf = async (userId: string) =>
  (await db.authDatabase().execute(sql`select 1 from auth.session where user_id = ${userId}`)).rows;

test("[A9] whoever comes in by a provider while it is unlinked is in no session", async () => {
  const { userId, sub } = await linkedPerson();
  const other = createBrowser(accounts);
  const back = await atProvider(await begin(other), sub);
  events.length = 0;
  // Another link of theirs is another way in.
  await db.authDatabase().execute(sql`
    insert into auth.account (id, account_id, provider_id, user_id, created_at, updated_at)
    values (${randomUUID()}, ${JSON.stringify(["https://former.example.com", sub])}, 'oidc', ${userId}, now(), now())`);
  const unlink = [
    sql`delete from auth.account where account_id = ${JSON.stringify([provider.issuer, sub])}`,
    sql`delete from auth.session where user_id = ${userId}`,
  ];
  const [answer] = await heldUp(db, unlink, () => [other.get(back.href)]);
  expect(answer && location(answer)).toBe(`${origin}/sign-in?error=account_not_linked`);
  expect(await other.session()).toBeUndefined();
  expect(await sessionsOf(userId)).toEqual([]);
  expect(events).toMatchObject([{ type: "user.sign_in_failed", userId }]);
});

test("[A9] a half sign-in by a provider that is unlinked before the second factor, or meanwhile, is over", async () => {
  const { userId, sub, browser } = await linkedPerson();
  const found = await browser.session();
  if (!found) throw new Error("nobody is signed in");
  const factors = new Factors({ db, secret, attempts: new Attempts({ db, secret }) });
  const totp = await factors.prepare(userId);
  await db.authDatabase().execute(sql`update auth.factor set confirmed_at = now() where user_id = ${userId}`);
  const [before, meanwhile] = [createBrowser(accounts), createBrowser(accounts)];
  expect(location(await signIn(before, sub))).toBe(`${origin}/sign-in?step=factor`);
  const back = await atProvider(await begin(meanwhile), sub);
  const [removed] = await heldUp(db, [personLock(userId)], () => [
    browser.post("/links/remove", { provider: "oidc" }),
    meanwhile.get(back.href),
  ]);
  expect(removed?.status).toBe(200);
  for (const half of [before, meanwhile]) {
    const answer = await half.post("/factor/verify", { code: codeOf(totp ?? "") });
    expect(answer.body.code).toBe("CHALLENGE_EXPIRED");
  }
});

test("[A9] a provider is linked in the browser that is signed in, and in no session that is ended meanwhile", async () => {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const { sub } = somebody(email);
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  events.length = 0;
  const signedOut = createBrowser(accounts);
  const first = await atProvider(await begin(browser, "/link-social"), sub);
  for (const [name, value] of browser.jar) if (name !== "parley.session_token") signedOut.jar.set(name, value);
  expect(location(await signedOut.get(first.href))).toBe(`${origin}/sign-in?error=session_ended`);

  const second = await atProvider(await begin(browser, "/link-social"), sub);
  const reset = [personLock(userId), sql`delete from auth.session where user_id = ${userId}`];
  const [answer] = await heldUp(db, reset, () => [browser.get(second.href)]);
  expect(answer && location(answer)).toBe(`${origin}/sign-in?error=session_ended`);
  expect(await accountsOf(email)).toMatchObject([{ provider_id: "credential" }]);
  expect(mailbox.to(email)).toEqual([]);
  expect(events).toEqual([]);
});

test("[A9 + control] a link lasts while its session does, whichever token that has by then; without it, nothing is said of the address", async () => {
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  const { sub } = somebody(email);
  const browser = createBrowser(accounts);
  const begun = async () => atProvider(await begin(browser, "/link-social"), sub);
  await browser.signIn(email);
  const ended = await begun();
  await db.authDatabase().execute(sql`delete from auth.session where user_id = ${userId}`);
  expect(location(await browser.get(ended.href))).toBe(`${origin}/sign-in?error=session_ended`);
  await browser.signIn(email);
  const formers = await begun();
  await browser.post("/sign-out");
  await browser.signIn(email);
  expect(location(await browser.get(formers.href)), "in another session").toBe(`${origin}/sign-in?error=session_ended`);
  expect(await accountsOf(email)).toHaveLength(1);

  const meanwhile = await begun();
  const token = browser.jar.get("parley.session_token");
  await browser.post("/confirm", { password });
  expect(browser.jar.get("parley.session_token")).not.toBe(token);
  expect(location(await browser.get(meanwhile.href))).toBe(`${origin}/inbox`);
  expect(await accountsOf(email)).toHaveLength(2);
});

test("the last way in stays: without a password, or beside a provider that is configured no more, or at another address", async () => {
  const { sub, email } = somebody();
  const browser = createBrowser(accounts);
  await signIn(browser, sub);
  expect(await linksOf(browser)).toMatchObject({ password: false, providers: [{ id: "oidc", linked: true }] });
  const former = "https://former.example.com";
  const put = (providerId: string, accountId: string) =>
    db.authDatabase().execute(sql`
      insert into auth.account (id, account_id, provider_id, user_id, created_at, updated_at)
      select ${randomUUID()}, ${accountId}, ${providerId}, id, now(), now() from auth."user" where email = ${email}`);
  await put("google", sub);
  await put("oidc", JSON.stringify([`${former}/`, sub]));
  const ours = { id: "oidc", name: "Our sign-in", configured: true };
  const gone = (id: string) => ({ id, name: id, linked: true, configured: false });
  const { providers } = await linksOf(browser);
  expect(providers).toHaveLength(3);
  expect(providers).toEqual(expect.arrayContaining([{ ...ours, linked: true }, gone("google"), gone(former)]));
  expect((await browser.post("/links/remove", { provider: "oidc" })).body.code).toBe("LAST_WAY_IN");
  expect((await browser.post("/links/remove", { provider: "credential" })).body.code).toBe("NOT_LINKED");
  expect(await accountsOf(email)).toHaveLength(3);
  // Those that open nothing can go.
  expect((await browser.post("/links/remove", { provider: "google" })).status).toBe(200);
  expect((await browser.post("/links/remove", { provider: former })).status).toBe(200);
  expect(await linksOf(browser)).toEqual({ password: false, providers: [{ ...ours, linked: true }] });
  // Who has only such a one can link the provider that took its place.
  await db.authDatabase().execute(sql`
    update auth.account set account_id = ${JSON.stringify([former, sub])}
    where user_id = (select id from auth."user" where email = ${email})`);
  expect((await linksOf(browser)).providers).toEqual([{ ...ours, linked: false }, gone(former)]);
});

test("of two ways in that are closed at the same moment or one after the other, one stays open", async () => {
  const { sub, email } = somebody();
  const { issuer, client } = provider;
  const two = createAccounts({
    db,
    secret,
    apiUrl,
    appOrigins: [origin],
    mail: mailbox.carrier,
    providers: (["oidc", "google"] as const).map((id) => ({
      ...{ id, name: id, issuer, clientId: client.id, clientSecret: client.secret },
    })),
  });
  for (let round = 0; round < 5; round++) {
    const browser = createBrowser(accounts);
    await signIn(browser, sub);
    await db.authDatabase().execute(sql`
      insert into auth.account (id, account_id, provider_id, user_id, created_at, updated_at)
      select ${randomUUID()}, ${sub}, 'google', id, now(), now() from auth."user" where email = ${email}`);
    const same = [createBrowser(two), createBrowser(two)];
    for (const one of same) for (const [name, value] of browser.jar) one.jar.set(name, value);
    const providers = ["oidc", "google"];
    const remove = (index: number) => same[index]?.post("/links/remove", { provider: providers[index] });
    // The last round in order, so that the second comes with the token that the first has replaced.
    const answers = round < 4 ? await Promise.all([remove(0), remove(1)]) : [await remove(0), await remove(1)];
    expect(answers.map((answer) => answer?.status).sort()).toEqual([200, 409]);
    expect(await accountsOf(email)).toHaveLength(1);
    await db.authDatabase().execute(sql`delete from auth."user" where email = ${email}`);
  }
});

test("[A10] an answer that another browser asked for, that comes twice, or whose state or code was changed, opens nothing", async () => {
  const { sub } = somebody();
  const victim = createBrowser(accounts);
  const attacker = createBrowser(accounts);
  const back = await atProvider(await begin(attacker), sub);
  expect(location(await victim.get(back.href))).toContain("error=");
  expect(await victim.session()).toBeUndefined();

  const changes: [string, string | undefined][] = [
    ["state", "x".repeat(32)],
    ["state", undefined],
    ["code", "x".repeat(43)],
    ["code", undefined],
    ["iss", "https://evil.example"],
    ["iss", undefined],
  ];
  for (const [name, value] of changes) {
    const browser = createBrowser(accounts);
    const changed = await atProvider(await begin(browser), sub);
    if (value === undefined) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
    expect(location(await browser.get(changed.href)), name).toContain("error=");
    expect(await browser.session(), name).toBeUndefined();
  }

  const once = createBrowser(accounts);
  const good = await atProvider(await begin(once), sub);
  expect(location(await once.get(good.href))).toBe(`${origin}/inbox`);
  await once.post("/sign-out");
  expect(location(await once.get(good.href))).toContain("error=");
  expect(await once.session()).toBeUndefined();
});

test("[A10] the answer of another provider than the one that the browser was sent to opens nothing", async () => {
  const two = open({ ids: ["oidc", "google"] });
  const { sub } = somebody();
  for (const id of ["oidc", "google"] as const) {
    const browser = createBrowser(two);
    const url = await begin(browser, "/sign-in/social", "google");
    // As a provider does that sends people on to another one, with all that it was sent itself.
    url.searchParams.set("redirect_uri", redirectUriOf(id));
    const led = location(await browser.get((await atProvider(url, sub)).href));
    expect(led).toBe(id === "google" ? `${origin}/inbox` : `${origin}/sign-in?error=invalid_code`);
  }
});

test("[A10 control] a provider that does not promise to name itself need not", async () => {
  await sayInstead({ authorization_response_iss_parameter_supported: undefined });
  const browser = createBrowser(open());
  const back = await atProvider(await begin(browser), somebody().sub);
  back.searchParams.delete("iss");
  expect(location(await browser.get(back.href))).toBe(`${origin}/inbox`);
});

test("[A10] a code is asked for with PKCE and a nonce; with another challenge, nonce or client than ours nothing opens", async () => {
  const { sub } = somebody();
  const asked = await begin(createBrowser(accounts));
  expect(asked.searchParams.get("code_challenge_method")).toBe("S256");
  for (const name of ["state", "nonce", "code_challenge"]) expect(asked.searchParams.get(name)).toMatch(/^[\w-]{32,}$/);
  for (const name of ["nonce", "code_challenge"]) {
    const browser = createBrowser(accounts);
    const url = await begin(browser);
    url.searchParams.set(name, "A".repeat(43));
    expect(location(await browser.get((await atProvider(url, sub)).href)), name).toContain("error=");
    expect(await browser.session()).toBeUndefined();
  }
});

test("[A10] nobody is sent to an address that is none of our pages", async () => {
  for (const page of ["https://evil.example/", "//evil.example", "javascript:alert(1)", `${origin}.evil.example/`]) {
    for (const name of ["callbackURL", "errorCallbackURL"]) {
      const answer = await createBrowser(accounts).post("/sign-in/social", { ...wanted, [name]: page });
      expect(answer.status, `${name} ${page}`).toBe(403);
    }
  }
  expect((await createBrowser(accounts).post("/sign-in/social", { ...wanted, provider: "google" })).status).toBe(404);
});

/** What the provider says of somebody to whoever redeems their code, as any other client of it that has their trust can. */
async function idTokenOf(sub: string): Promise<string> {
  const codeVerifier = randomBytes(32).toString("base64url");
  const { issuer, client } = provider;
  const start = new URL(`${issuer}/auth`);
  start.search = new URLSearchParams({
    ...{
      client_id: client.id,
      response_type: "code",
      scope: "openid email profile",
      redirect_uri: redirectUriOf("oidc"),
    },
    ...{ code_challenge_method: "S256", code_challenge: createHash("sha256").update(codeVerifier).digest("base64url") },
  }).toString();
  const code = (await atProvider(start, sub)).searchParams.get("code") ?? "";
  const answer = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({
      ...{ grant_type: "authorization_code", code, code_verifier: codeVerifier, redirect_uri: redirectUriOf("oidc") },
      ...{ client_id: client.id, client_secret: client.secret },
    }),
  });
  return ((await answer.json()) as { id_token: string }).id_token;
}

test("[A10] an ID token by itself signs nobody in and links nothing, though the provider gave it to us", async () => {
  const { sub, email } = somebody();
  expect(location(await signIn(createBrowser(accounts), sub))).toBe(`${origin}/inbox`);
  const token = await idTokenOf(sub);
  expect(decodeJwt(token)).toMatchObject({ sub, aud: provider.client.id, iss: provider.issuer });
  const nonce = String(decodeJwt(token).nonce ?? "");
  for (const idToken of [{ token }, { token, nonce }]) {
    const browser = createBrowser(accounts);
    expect((await browser.post("/sign-in/social", { ...wanted, idToken })).status).toBe(400);
    expect(await browser.session()).toBeUndefined();
  }
  const other = somebody();
  const browser = createBrowser(accounts);
  await signIn(browser, other.sub);
  expect((await browser.post("/link-social", { ...wanted, idToken: { token } })).status).toBe(400);
  expect(await accountsOf(email)).toHaveLength(1);
  expect(await accountsOf(other.email)).toHaveLength(1);
});

test("[A10] a page asks the provider for nothing but who somebody is: no other scope, parameter or sign-up than ours", async () => {
  const more = {
    scopes: ["offline_access"],
    additionalParams: { prompt: "none" },
    additionalData: { link: { email: "ada@example.com", userId: "1" } },
    requestSignUp: true,
    newUserCallbackURL: `${origin}/inbox`,
  };
  for (const [name, value] of Object.entries(more)) {
    const answer = await createBrowser(accounts).post("/sign-in/social", { ...wanted, [name]: value });
    expect(answer.status, name).toBe(400);
  }
});

test("who has a second factor is asked for it here, too", async () => {
  const { sub, email } = somebody();
  const browser = createBrowser(accounts);
  await signIn(browser, sub);
  await db.authDatabase().execute(sql`
    insert into auth.factor (user_id, secret, confirmed_at) select id, 'none', now() from auth."user" where email = ${email}`);
  const other = createBrowser(accounts);
  events.length = 0;
  expect(location(await signIn(other, sub))).toBe(`${origin}/sign-in?step=factor`);
  expect(await other.session()).toBeUndefined();
  expect(events.map(({ type }) => type)).toEqual(["factor.asked"]);
  expect(other.jar.has("parley.challenge")).toBe(true);
});

test("a provider that is out of reach stops nobody from signing in with a password", async () => {
  const alone = createAccounts({
    db,
    secret,
    apiUrl,
    appOrigins: [origin],
    providers: [{ id: "oidc", name: "Gone", issuer: "http://localhost:1", clientId: "x", clientSecret: "x" }],
  });
  const email = `${randomUUID()}@example.com`;
  await alone.ensureUser({ email, name: "Ada", password });
  expect((await createBrowser(alone).signIn(email)).status).toBe(200);
  expect((await createBrowser(alone).get("/providers")).body).toEqual({ providers: [{ id: "oidc", name: "Gone" }] });
});

/** What the provider says of itself, changed. */
async function sayInstead(change: object) {
  const metadata = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as object;
  provider.instead = ({ url }, response) => {
    if (!url?.startsWith("/.well-known/")) return false;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ ...metadata, ...change }));
    return true;
  };
}

test("[A10] a provider that calls itself another than the configured one is not asked for anybody", async () => {
  await sayInstead({ issuer: "https://evil.example" });
  const later = open();
  expect((await createBrowser(later).post("/sign-in/social", wanted)).body.code).toBe("PROVIDER_UNREACHABLE");
  provider.instead = undefined;
  // As soon as it is itself again, it is.
  const { sub } = somebody();
  const browser = createBrowser(later);
  expect(location(await signIn(browser, sub))).toBe(`${origin}/inbox`);
});

/** Gives an ID token that says so, in the place of the one that the provider would give for the code. */
async function signInWith(browser: Browser, claims: object, calledItself?: string): Promise<string> {
  const start = await begin(browser);
  const back = await atProvider(start, somebody().sub);
  if (calledItself) back.searchParams.set("iss", calledItself);
  const nonce = start.searchParams.get("nonce");
  const email = `${randomUUID()}@example.com`;
  const usual = {
    iss: provider.issuer,
    aud: provider.client.id,
    sub: randomUUID(),
    email,
    email_verified: true,
    nonce,
  };
  const idToken = await provider.sign({ ...usual, ...claims });
  const others = provider.instead;
  provider.instead = (request, response) => {
    if (request.url !== "/token") return others?.(request, response) ?? false;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ id_token: idToken, access_token: "opens what it says of the person", token_type: "Bearer" }),
    );
    return true;
  };
  return location(await browser.get(back.href));
}

test("[A10] an ID token of another directory of the same provider, or made for another client, opens nothing", async () => {
  const directory = (id: string) => `${new URL(provider.issuer).origin}/${id}/v2.0`;
  const refused: object[] = [
    { iss: directory("31f4f0ab-5a5e-4bd3-8a33-6a4b5c0c8d11") },
    { iss: directory("{tenantid}") },
    { aud: "another client" },
    { azp: "another client" },
    { aud: [provider.client.id, "another client"], azp: "another client" },
    { nonce: "x".repeat(43) },
    { nonce: undefined },
  ];
  for (const claims of refused) {
    const browser = createBrowser(accounts);
    expect(await signInWith(browser, claims), JSON.stringify(claims)).toContain("error=");
    expect(await browser.session(), JSON.stringify(claims)).toBeUndefined();
  }
});

test("[A10 control] the same token of the configured directory and of this client opens the account", async () => {
  for (const claims of [{}, { azp: provider.client.id }, { aud: [provider.client.id, "another client"] }]) {
    const browser = createBrowser(accounts);
    expect(await signInWith(browser, claims), JSON.stringify(claims)).toBe(`${origin}/inbox`);
    expect(await browser.session()).toBeDefined();
  }
});

test("[A10] a provider that describes itself for all directories, as Entra's shared address does, is none that was configured", async () => {
  await sayInstead({ issuer: `${provider.issuer}/{tenantid}/v2.0` });
  expect((await createBrowser(open()).post("/sign-in/social", wanted)).body.code).toBe("PROVIDER_UNREACHABLE");
});

/** Answers the question who somebody is, or never. */
function sayOfPerson(answer: object | undefined) {
  const asked = Promise.withResolvers<void>();
  provider.instead = ({ url }, response) => {
    if (url !== "/me") return false;
    asked.resolve();
    if (answer) response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    return true;
  };
  return asked.promise;
}

test("[A10] what an ID token leaves out is asked of the provider, about that very person, who is waited for five seconds at most", async () => {
  const sub = randomUUID();
  const email = `${randomUUID()}@example.com`;
  const silent = { sub, email: undefined, email_verified: undefined };
  const other = createBrowser(accounts);
  void sayOfPerson({ sub: randomUUID(), email, email_verified: true });
  expect(await signInWith(other, silent)).toContain("error=");

  const waiting = createBrowser(accounts);
  const asked = sayOfPerson(undefined);
  const expiry = new AbortController();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(expiry.signal);
  const answer = signInWith(waiting, silent);
  await asked;
  expect(timeout).toHaveBeenLastCalledWith(5_000);
  expiry.abort(new DOMException("the time is over", "TimeoutError"));
  expect(await answer).toContain("error=");
  expect(await waiting.session()).toBeUndefined();
  timeout.mockRestore();

  const browser = createBrowser(accounts);
  void sayOfPerson({ sub, email, email_verified: true });
  expect(await signInWith(browser, silent)).toBe(`${origin}/inbox`);
  expect((await browser.session())?.user.email).toBe(email);
});

test.each(["/.well-known/openid-configuration", "/token", "/jwks"])(
  "[A10] a provider that falls silent at %s holds nobody up",
  async (path) => {
    const { sub } = somebody();
    const later = open();
    const browser = createBrowser(later);
    const callback = path.startsWith("/.well-known/") ? undefined : await atProvider(await begin(browser), sub);
    const reached = Promise.withResolvers<void>();
    provider.instead = ({ url }) => {
      if (url !== path) return false;
      reached.resolve();
      return true;
    };
    const timeouts: number[] = [];
    const expiry = new AbortController();
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      timeouts.push(ms);
      return expiry.signal;
    });
    const answer = callback ? browser.get(callback.href) : browser.post("/sign-in/social", wanted);
    await reached.promise;
    expiry.abort(new DOMException("the time is over", "TimeoutError"));
    const { body, headers } = await answer;
    expect(callback ? location({ headers }) : body.code).toMatch(callback ? /error=/ : "PROVIDER_UNREACHABLE");
    expect(await browser.session()).toBeUndefined();
    expect(Math.max(...timeouts)).toBeLessThanOrEqual(5_000);
  },
);

test("what a provider calls a person becomes a name, or what stands before the @", async () => {
  const names = [
    [`${"A".repeat(30_000)}\nBcc: everybody@example.com`, "A".repeat(100)],
    ["Ada\r\nLovelace", "Ada Lovelace"],
    ["\u200b", undefined],
    ["", undefined],
  ] as const;
  for (const [name, expected] of names) {
    const { sub, email } = somebody();
    provider.people.set(sub, { email, email_verified: true, name });
    const browser = createBrowser(accounts);
    expect(location(await signIn(browser, sub))).toBe(`${origin}/inbox`);
    expect((await browser.session())?.user.name).toBe(expected ?? email.split("@")[0]);
  }
});
