import { randomUUID } from "node:crypto";
import { signTicket, signVisitorToken } from "@parley/auth";
import {
  ContactId,
  type Conversation,
  type ErrorBody,
  limits,
  type Message,
  rateLimits,
  type Visit,
} from "@parley/contracts";
import { DatabaseError } from "@parley/db";
import { members } from "@parley/db/schema";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

// Whether anything was hashed is counted where it is done.
const hashingFile = "../../../packages/auth/src/passwords/hash-password.ts";
vi.mock("../../../packages/auth/src/passwords/hash-password.ts", { spy: true });
const hashing = vi.mocked(await import(hashingFile));

const shop = "https://shop.example";
const password = "correct horse battery staple";

const { world, jobs, accounts, logged, secret, adminToken, close, ...made } = await createTestApi();

beforeAll(() => jobs.start());
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await jobs.stop();
  await close();
});

type Call = Parameters<typeof made.call>[2] & { token?: string };
/** As the widget's page calls, unless it is said who else does. */
const call = <T>(method: "GET" | "POST", url: string, { token, origin = shop, headers, ...more }: Call = {}) =>
  made.call<T>(method, url, {
    ...more,
    origin,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
  });

async function visitor() {
  const tenant = await world.tenant();
  const visit = await call<Visit>("POST", "/widget/v1/visits", {
    body: { publishableKey: tenant.inbox.publishableKey },
  });
  expect(visit.status).toBe(200);
  const { token, contactId } = visit.body;
  const id = randomUUID();
  const opened = await call<Conversation>("POST", "/widget/v1/conversations", {
    token,
    body: { id },
  });
  expect(opened.status).toBe(200);
  const at = `/widget/v1/conversations/${id}`;
  return { ...tenant, token, contactId, conversationId: id, at };
}

const withoutRequestId = ({ body }: { body: Partial<ErrorBody> }) => ({
  ...body.error,
  requestId: undefined,
});

test("a visitor opens a conversation, says something and reads it back", async () => {
  const { token, at } = await visitor();
  const message = { id: randomUUID(), text: "Hello\r\nthere" };
  const posted = await call<Message>("POST", `${at}/messages`, {
    token,
    body: message,
  });
  expect(posted).toMatchObject({
    status: 200,
    body: { id: message.id, seq: 1, author: "contact", text: "Hello\nthere" },
  });
  const again = await call<Message>("POST", `${at}/messages`, {
    token,
    body: message,
  });
  expect(again.body).toEqual(posted.body);
  const page = await call("GET", `${at}/messages`, { token });
  expect(page.body).toMatchObject({
    messages: [posted.body],
    complete: true,
    conversation: { status: "pending" },
  });
  expect((await call("GET", `${at}/messages?after=1`, { token })).body).toMatchObject({ messages: [] });
  expect((await call("GET", "/widget/v1/conversations", { token })).body).toMatchObject({
    conversations: [{ lastSeq: 1 }],
  });
});

test("a visit that shows its old token goes on as the same contact; another origin's or a forged one does not", async () => {
  const { inbox, token, contactId, tenantId } = await visitor();
  const start = (body: object, origin = shop) =>
    call<Visit>("POST", "/widget/v1/visits", {
      body: { publishableKey: inbox.publishableKey, ...body },
      origin,
    });
  expect((await start({ token })).body.contactId).toBe(contactId);
  expect((await start({})).body.contactId).not.toBe(contactId);
  expect((await start({ token: `${token}x` })).body.contactId).not.toBe(contactId);
  const elsewhere = await signVisitorToken(secret, {
    tenantId,
    inboxId: inbox.id,
    contactId: ContactId.parse(contactId),
    origin: "https://elsewhere.example",
  });
  expect((await start({ token: elsewhere.token })).body.contactId).not.toBe(contactId);
});

test.each([["https://evil.example"], ["https://shop.example.evil.example"], ["http://shop.example"], ["null"], [null]])(
  "a page of origin %s gets no visit and can't use a token",
  async (origin) => {
    const { inbox, token, at } = await visitor();
    const body = { publishableKey: inbox.publishableKey };
    expect(await call("POST", "/widget/v1/visits", { body, origin })).toMatchObject({
      status: 403,
      body: { error: { code: "origin.not_allowed" } },
    });
    expect(await call("GET", `${at}/messages`, { token, origin })).toMatchObject({
      status: 403,
      body: { error: { code: "origin.not_allowed" } },
    });
  },
);

test("an unknown key, of no tenant or with another tenant's id in it, finds no inbox", async () => {
  const { inbox } = await visitor();
  const other = await world.tenant();
  const crossed = inbox.publishableKey.replace(/^pk_[0-9a-f]+/, `pk_${other.tenantId.replaceAll("-", "")}`);
  const broken = `${inbox.publishableKey}\u0000`;
  for (const publishableKey of ["pk_nothing", crossed, inbox.publishableKey.slice(0, -1), broken]) {
    expect(await call("POST", "/widget/v1/visits", { body: { publishableKey } })).toMatchObject({
      status: 404,
      body: { error: { code: "inbox.not_found" } },
    });
  }
});

test("[S6] without a token, with a forged one, a member's ticket or an expired one, nothing opens", async () => {
  const { at, token, tenantId, member, inbox, contactId } = await visitor();
  const ticket = await signTicket(secret, {
    tenantId,
    memberId: member.memberId,
    sessionId: randomUUID(),
    secondFactor: false,
  });
  const refused = { status: 401, body: { error: { code: "auth.required" } } };
  expect(await call("GET", `${at}/messages`)).toMatchObject(refused);
  expect(await call("GET", `${at}/messages`, { token: `${token.slice(0, -2)}xx` })).toMatchObject(refused);
  expect(await call("GET", `${at}/messages`, { token: ticket.token })).toMatchObject(refused);
  const whose = { tenantId, inboxId: inbox.id, contactId: ContactId.parse(contactId), origin: shop };
  const old = await signVisitorToken(secret, whose, new Date(Date.now() - 16 * 60_000));
  expect(await call("GET", `${at}/messages`, { token: old.token })).toMatchObject({
    status: 401,
    body: { error: { code: "auth.expired" } },
  });
});

test.each([-9, 9])(
  "[F10 + control] an api whose clock is %d hours off gives visitors no other tokens, and takes no others, than one whose clock is right",
  async (hours) => {
    const { at, token, tenantId, inbox, contactId } = await visitor();
    const whose = { tenantId, inboxId: inbox.id, contactId: ContactId.parse(contactId), origin: shop };
    const old = await signVisitorToken(secret, whose, new Date(Date.now() - 16 * 60_000));
    const rightly = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: rightly + hours * 3_600_000 });
    expect((await call("GET", `${at}/messages`, { token })).status).toBe(200);
    expect((await call("GET", `${at}/messages`, { token: old.token })).status).toBe(401);
    const { body } = await call<Visit>("POST", "/widget/v1/visits", {
      body: { publishableKey: inbox.publishableKey, token },
      origin: shop,
    });
    expect(body.contactId).toBe(contactId);
    const lives = (Date.parse(body.expiresAt) - rightly) / 1_000;
    expect(lives).toBeGreaterThan(14 * 60);
    expect(lives).toBeLessThan(16 * 60);
  },
);

test("for another tenant's visitor a conversation is the same as one that does not exist, to the letter", async () => {
  const theirs = await visitor();
  const ours = await visitor();
  await call("POST", `${theirs.at}/messages`, {
    token: theirs.token,
    body: { id: randomUUID(), text: "A secret" },
  });
  const probe = async (at: string) => {
    const { token } = ours;
    const answers = [
      await call("GET", `${at}/messages`, { token }),
      await call("POST", `${at}/messages`, {
        token,
        body: { id: randomUUID(), text: "x" },
      }),
      await call("POST", `${at}/hand-off`, { token }),
      await call("GET", `${at}/messages/${randomUUID()}/citations/1`, {
        token,
      }),
    ];
    return answers.map((answer) => [answer.status, withoutRequestId(answer)]);
  };
  const foreign = await probe(theirs.at);
  expect(foreign).toEqual(await probe(`/widget/v1/conversations/${randomUUID()}`));
  expect(foreign.every(([status]) => status === 404)).toBe(true);
});

test.each([
  ["empty", ""],
  ["blank", " \n\t "],
  ["only invisible characters", "\u200b\u200e\u0000"],
  ["longer than allowed", "x".repeat(limits.messageLength + 1)],
  ["100 KB", "x".repeat(100 * 1024)],
  ["a number", 42],
  ["missing", undefined],
])("a message that is %s is refused with the place of the fault, and nothing is stored", async (_, text) => {
  const { token, at } = await visitor();
  const answer = await call("POST", `${at}/messages`, {
    token,
    body: { id: randomUUID(), text },
  });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: "input.invalid", issues: [{ path: "text" }] } },
  });
  expect((await call("GET", `${at}/messages`, { token })).body).toMatchObject({ messages: [] });
});

test("half a character, which no database keeps, is stored as the sign for it, and sent again it is the same message", async () => {
  const { token, at } = await visitor();
  const body = { id: randomUUID(), text: "One half: \ud83d" };
  const posted = await call<Message>("POST", `${at}/messages`, { token, body });
  expect(posted).toMatchObject({ status: 200, body: { text: "One half: \ufffd" } });
  expect(await call("POST", `${at}/messages`, { token, body })).toMatchObject({ status: 200, body: posted.body });
});

test("a number that is larger than any message has is refused as what it is", async () => {
  const { token, at } = await visitor();
  for (const after of ["2147483648", "9007199254740991"]) {
    expect(await call("GET", `${at}/messages?after=${after}`, { token })).toMatchObject({
      status: 400,
      body: { error: { code: "input.invalid", issues: [{ path: "after" }] } },
    });
    expect(await call("GET", `${at}/messages/${randomUUID()}/citations/${after}`, { token })).toMatchObject({
      status: 404,
      body: { error: { code: "citation.not_found" } },
    });
  }
});

test("an address that can't be read is refused in the one shape of all failures", async () => {
  const { token } = await visitor();
  const answer = await call("GET", "/widget/v1/conversations/%ff/messages", { token });
  expect(answer).toMatchObject({ status: 400, body: { error: { code: "input.invalid" } } });
  expect(answer.headers["x-request-id"]).toBe(answer.body.error?.requestId);
});

test("a body over the limit, one that is no JSON, and one of another type are refused", async () => {
  const { token, at } = await visitor();
  const big = { id: randomUUID(), text: "x".repeat(limits.httpBodyBytes) };
  expect(await call("POST", `${at}/messages`, { token, body: big })).toMatchObject({
    status: 413,
    body: { error: { code: "input.too_large" } },
  });
  const raw = (payload: string, type: string) =>
    call("POST", `${at}/messages`, {
      token,
      body: payload,
      headers: { "content-type": type },
    });
  expect(await raw("{", "application/json")).toMatchObject({
    status: 400,
    body: { error: { code: "input.invalid" } },
  });
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    expect((await raw(`{"id":"${randomUUID()}","text":"x"}`, type)).status).toBe(415);
  }
});

test("the same id with other words is refused", async () => {
  const { token, at } = await visitor();
  const id = randomUUID();
  await call("POST", `${at}/messages`, { token, body: { id, text: "One" } });
  expect(await call("POST", `${at}/messages`, { token, body: { id, text: "Two" } })).toMatchObject({
    status: 409,
    body: { error: { code: "message.id_taken" } },
  });
});

async function signedIn() {
  const tenant = await world.tenant();
  const email = `${randomUUID()}@example.com`;
  const userId = await accounts.ensureUser({ email, name: "Ada", password });
  await world.db.transaction(tenant.tenantId, (tx) => tx.update(members).set({ userId }));
  const signIn = await call("POST", "/api/auth/sign-in/email", {
    origin: dashboard,
    body: { email, password },
  });
  expect(signIn.status).toBe(200);
  const setCookie = String(signIn.headers["set-cookie"]);
  return { ...tenant, email, setCookie, cookie: setCookie.split(";")[0] ?? "" };
}

test("[S1] a member signs in with a cookie that no script reads and no other site sends", async () => {
  const { setCookie, cookie, email, slug } = await signedIn();
  expect(setCookie).toMatch(/HttpOnly/i);
  expect(setCookie).toMatch(/SameSite=Lax/i);
  const me = await call("GET", "/trpc/session.me", {
    origin: dashboard,
    headers: { cookie },
  });
  expect(me.body).toMatchObject({
    result: { data: { user: { email }, tenant: { slug } } },
  });
  await call("POST", "/api/auth/sign-out", {
    origin: dashboard,
    headers: { cookie },
    body: {},
  });
  expect(
    (
      await call("GET", "/trpc/session.me", {
        origin: dashboard,
        headers: { cookie },
      })
    ).status,
  ).toBe(401);
});

test("a wrong password and an unknown address get the same answer", async () => {
  const { email } = await signedIn();
  const attempt = (body: object) => call("POST", "/api/auth/sign-in/email", { origin: dashboard, body });
  const wrong = await attempt({ email, password: "not the password at all" });
  const unknown = await attempt({
    email: `${randomUUID()}@example.com`,
    password,
  });
  expect(wrong.status).toBe(401);
  expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body]);
});

test.each([["https://evil.example"], ["http://localhost:5176"], ["null"], [null]])(
  "with a member's cookie a page of origin %s changes nothing, and signs nobody in",
  async (origin) => {
    const { cookie, email } = await signedIn();
    const ticket = await call("POST", "/trpc/session.ticket", {
      origin,
      headers: { cookie },
      body: {},
    });
    expect(ticket).toMatchObject({
      status: 403,
      body: { error: { code: "origin.not_allowed" } },
    });
    const signIn = await call("POST", "/api/auth/sign-in/email", {
      origin,
      body: { email, password },
    });
    expect(signIn.status).toBe(403);
  },
);

test("no other route of the accounts library is open", async () => {
  // It would tell scripts the session's token, which they can't read from the cookie.
  const { cookie } = await signedIn();
  const session = await call("GET", "/api/auth/get-session", { origin: dashboard, headers: { cookie } });
  expect(session.status).toBe(404);
  // Ours stand under the names of some of the library's own, which must not be there besides.
  for (const path of ["verify-email?token=x&callbackURL=/", "reset-password/token?callbackURL=/"]) {
    const answer = await call("GET", `/api/auth/${path}`, { origin: dashboard, headers: { cookie } });
    expect([404, 405]).toContain(answer.status);
  }
  for (const path of ["forget-password", "set-password", "verify-password", "delete-user", "update-session"]) {
    const answer = await call("POST", `/api/auth/${path}`, {
      origin: dashboard,
      body: { email: "a@example.com", password },
    });
    expect(answer.status).toBe(404);
  }
});

test("a batch of more than ten calls is refused whole", async () => {
  const { cookie } = await signedIn();
  const paths = (n: number) => Array.from({ length: n }, () => "session.me").join();
  const batch = (n: number) =>
    call("GET", `/trpc/${paths(n)}?batch=1`, {
      origin: dashboard,
      headers: { cookie },
    });
  expect((await batch(11)).status).toBe(400);
  expect((await batch(10)).status).toBe(200);
});

const tooMany = { status: 429, body: { error: { code: "rate.exceeded" } } };
const frozen = { toFake: ["Date" as const] };

test("from one address a password can be tried so often a minute, and then not until the minute is over", async () => {
  vi.useFakeTimers(frozen);
  const attempt = (address: string) => {
    const body = { email: `${randomUUID()}@example.com`, password: "not the password at all" };
    return call("POST", "/api/auth/sign-in/email", { origin: dashboard, body, address });
  };
  for (let time = 0; time < rateLimits.signIns.max; time++) expect((await attempt("192.0.2.1")).status).toBe(401);

  const refused = await attempt("192.0.2.1");
  expect(refused).toMatchObject({ ...tooMany, headers: { "retry-after": String(rateLimits.signIns.seconds) } });
  expect((await attempt("192.0.2.2")).status).toBe(401);
  vi.setSystemTime(Date.now() + rateLimits.signIns.seconds * 1_000);
  expect((await attempt("192.0.2.1")).status).toBe(401);
});

test("requests of the widget are limited by address, whoever asks; a whole /64 of IPv6 is one address", async () => {
  vi.useFakeTimers(frozen);
  const { token, inbox } = await visitor();
  const ask = (address: string) => call("GET", "/widget/v1/conversations", { token, address });
  const visit = (address: string) =>
    call("POST", "/widget/v1/visits", { body: { publishableKey: inbox.publishableKey }, address });
  for (let time = 1; time < rateLimits.widgetRequests.max; time++) await ask(`2001:db8::${time.toString(16)}`);
  expect((await visit("2001:db8:0:0:ffff::1")).status).toBe(200);

  const refused = await ask("2001:db8::1");
  expect(refused).toMatchObject({ ...tooMany, headers: { "retry-after": String(rateLimits.widgetRequests.seconds) } });
  expect(refused.headers["access-control-allow-origin"]).toBe("*");
  expect(String(refused.headers["access-control-expose-headers"]).toLowerCase()).toContain("retry-after");
  expect(await visit("2001:db8:0:0:ffff::2")).toMatchObject(tooMany);
  expect((await ask("2001:db8:0:1::1")).status).toBe(200);
});

test("a visitor says so much a minute, from wherever; others are not held up by it", async () => {
  vi.useFakeTimers(frozen);
  const tenant = await visitor();
  const say = ({ token, at }: { token: string; at: string }) =>
    call("POST", `${at}/messages`, { token, body: { id: randomUUID(), text: "And another thing" } });
  for (let time = 0; time < rateLimits.messages.max; time++) expect((await say(tenant)).status).toBe(200);

  const refused = await say(tenant);
  expect(refused).toMatchObject({ ...tooMany, headers: { "retry-after": String(rateLimits.messages.seconds) } });
  expect((await call("GET", `${tenant.at}/messages`, { token: tenant.token })).body).toMatchObject({
    conversation: { lastSeq: rateLimits.messages.max },
  });
  expect((await say(await visitor())).status).toBe(200);
  vi.setSystemTime(Date.now() + rateLimits.messages.seconds * 1_000);
  expect((await say(tenant)).status).toBe(200);
});

test("limits can be switched off for measurements", async () => {
  const unlimited = await createTestApi({ environment: { RATE_LIMITS: "off" } });
  const statuses = new Set<number>();
  for (let time = 0; time <= rateLimits.widgetRequests.max; time++) {
    statuses.add((await unlimited.call("GET", "/widget/v1/conversations")).status);
  }
  expect([...statuses]).toEqual([401]);
  await unlimited.close();
});

test("a database that is busy is told to a member as it is to a visitor, wherever it shows", async () => {
  const { cookie } = await signedIn();
  const { read } = world.db;
  const isBusyAt = async (use: number) => {
    let uses = 0;
    const spy = vi.spyOn(world.db, "read").mockImplementation((...args) => {
      uses += 1;
      return uses === use
        ? Promise.reject(new DatabaseError("database.busy"))
        : read(...(args as Parameters<typeof read>));
    });
    const answer = await call("GET", "/trpc/session.me", { origin: dashboard, headers: { cookie } });
    spy.mockRestore();
    return answer;
  };
  const busy = { status: 503, body: { error: { data: { appCode: "service.busy" } } } };
  expect(await isBusyAt(1)).toMatchObject(busy); // who is it?
  expect(await isBusyAt(2)).toMatchObject(busy); // what do they want?
});

test("the log of a member's request tells what was asked for, and of which conversation", async () => {
  const { conversationId } = await visitor();
  const { cookie, tenantId } = await signedIn();
  logged.length = 0;
  await call("POST", "/trpc/conversations.takeOver", {
    origin: dashboard,
    headers: { cookie },
    body: { conversationId },
  });
  expect(logged.find(({ msg }) => msg === "request")).toMatchObject({
    tenantId,
    conversationId,
    procedures: "conversations.takeOver",
    status: 404,
  });
});

test("a page may not read what the administration answers, whoever's it is", async () => {
  for (const origin of [dashboard, shop]) {
    const { headers } = await call("GET", "/admin/v1/tenants/any", { origin, token: adminToken });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  }
});

test("a document without a name, or with one that no database keeps, is refused", async () => {
  const { slug } = await world.tenant();
  for (const query of ["source=Files&path=a%00.md", "source=%00&path=a.md", "source=%20&path=a.md"]) {
    const answer = await call("POST", `/admin/v1/tenants/${slug}/documents?${query}`, {
      origin: null,
      headers: { "content-type": "application/octet-stream" },
      body: Buffer.from("# Returns"),
      token: adminToken,
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "input.invalid" } } });
  }
  expect(await call("GET", "/admin/v1/tenants/%00", { origin: null, token: adminToken })).toMatchObject({
    status: 404,
  });
});

test("who takes a second factor away is told with the address that they came from", async () => {
  const reset = vi.spyOn(accounts, "resetFactor");
  const answer = await call("POST", "/admin/v1/accounts/reset-factor", {
    origin: null,
    token: adminToken,
    address: "192.0.2.9",
    body: { email: "nobody@example.com" },
  });
  expect(answer.body).toEqual({ outcome: "no_account" });
  expect(reset).toHaveBeenCalledWith("nobody@example.com", "192.0.2.9");
});

test("a document comes in with the admin token alone", async () => {
  const { slug } = await world.tenant();
  const url = `/admin/v1/tenants/${slug}/documents?source=Files&path=a.md`;
  const headers = { "content-type": "application/octet-stream" };
  const body = Buffer.from("# Returns\n\nSend it back within 30 days.");
  expect((await call("POST", url, { origin: null, headers, body })).status).toBe(401);
  expect((await call("POST", url, { origin: null, headers, body, token: "wrong" })).status).toBe(401);
  expect(await call("POST", url, { origin: null, headers, body, token: adminToken })).toMatchObject({
    status: 200,
    body: { outcome: "queued" },
  });
  const nowhere = url.replace(slug, "no-such-tenant");
  expect(
    await call("POST", nowhere, {
      origin: null,
      headers,
      body,
      token: adminToken,
    }),
  ).toMatchObject({
    status: 404,
    body: { error: { code: "tenant.not_found" } },
  });
});

test.each([
  ["empty", "a.md", Buffer.from(""), "document.empty"],
  ["binary", "a.md", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3]), "document.not_text"],
  ["wrongly encoded", "a.txt", Buffer.from([0x66, 0xff, 0xfe, 0xe9, 0x20, 0x80, 0x81]), "document.not_text"],
  ["of another kind", "a.exe", Buffer.from("text"), "document.type_unknown"],
  ["not what its name says", "a.pdf", Buffer.from("text"), "document.mismatch"],
  ["damaged", "a.docx", Buffer.from("PK\u0003\u0004 and no more"), "document.broken"],
  ["20 MB", "a.txt", Buffer.alloc(20 * 1024 * 1024, "x"), "document.too_large"],
])("a document that is %s is refused with the reason", async (_, path, body, code) => {
  const { slug } = await world.tenant();
  const url = `/admin/v1/tenants/${slug}/documents?source=Files&path=${path}`;
  const headers = { "content-type": "application/octet-stream" };
  const answer = await call("POST", url, {
    origin: null,
    headers,
    body,
    token: adminToken,
  });
  expect(answer.body).toMatchObject({ error: { code } });
});

test("healthz says that the process lives, readyz that it can work", async () => {
  expect(await call("GET", "/healthz")).toMatchObject({
    status: 200,
    body: { status: "ok" },
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  // However many ask, which no limit keeps them from, it takes one connection.
  const ping = vi.spyOn(world.db, "ping");
  const ready = { status: 200, body: { status: "ready", checks: { database: "ok", eventLog: "ok" } } };
  for (const answer of await Promise.all(Array.from({ length: 50 }, () => call("GET", "/readyz")))) {
    expect(answer).toMatchObject(ready);
  }
  expect(await call("GET", "/readyz")).toMatchObject(ready);
  expect(ping).toHaveBeenCalledTimes(1);
  ping.mockRestore();
  await vi.advanceTimersByTimeAsync(1_000);
  // Of a database that has gone silent nobody hears, and whoever asks is told so all the same.
  const silent = vi.spyOn(world.db, "ping").mockReturnValue(new Promise(() => {}));
  const unready = call("GET", "/readyz");
  await vi.waitFor(() => expect(silent).toHaveBeenCalled());
  await vi.runAllTimersAsync();
  expect(await unready).toMatchObject({
    status: 503,
    body: { status: "unready", checks: { database: "failed", eventLog: "ok" } },
  });
  silent.mockRestore();
});

test("the log tells ids, and neither words, tokens, passwords nor cookies", async () => {
  const { token, at, conversationId, tenantId } = await visitor();
  const { cookie, email } = await signedIn();
  await call("POST", `${at}/messages`, {
    token,
    body: { id: randomUUID(), text: "xyzzy-in-a-message" },
  });
  await call("POST", "/api/auth/sign-in/email", {
    origin: dashboard,
    body: { email, password: "xyzzy-password" },
  });
  const log = JSON.stringify(logged);
  expect(log).toContain(conversationId);
  expect(log).toContain(tenantId);
  for (const secretThing of ["xyzzy", token, cookie.split("=")[1] ?? "?"]) expect(log).not.toContain(secretThing);
});

test("an answer has a request id, is not cached, and never shows a stack", async () => {
  const answer = await call("GET", "/widget/v1/nothing-here");
  expect(answer.headers["x-request-id"]).toBe(answer.body.error?.requestId);
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(JSON.stringify(answer.body)).not.toMatch(/\.ts|node_modules/);
});

test("[A5 + control] passwords of a megabyte are refused before they are hashed, 200 at once", async () => {
  const body = { email: "ada@example.com", password: "x".repeat(1_000_000) };
  const paths = ["/api/auth/sign-in/email", "/api/auth/sign-up/email", "/api/auth/reset-password"];
  hashing.verifyPassword.mockClear();
  hashing.hashPassword.mockClear();
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      call("POST", paths[index % paths.length] ?? "", { origin: dashboard, body: { ...body, token: "t".repeat(30) } }),
    ),
  );
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.error?.code}`))).toEqual(
    new Set(["413 input.too_large"]),
  );
  const hashed = () => hashing.verifyPassword.mock.calls.length + hashing.hashPassword.mock.calls.length;
  expect(hashed()).toBe(0);
  // One that may be a password is looked at.
  const possible = { email: `${randomUUID()}@example.com`, password: "x".repeat(128) };
  expect((await call("POST", "/api/auth/sign-in/email", { origin: dashboard, body: possible })).status).toBe(401);
  expect(hashed()).toBeGreaterThan(0);
});

test("one address is mailed a few times an hour, whoever asks and from wherever", async () => {
  const ask = (email: string) =>
    call("POST", "/api/auth/request-password-reset", { origin: dashboard, body: { email } });
  const address = `${randomUUID()}@example.com`;
  const statuses = [];
  for (let index = 0; index < 6; index += 1)
    statuses.push((await ask(index % 2 ? address.toUpperCase() : address)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  expect((await ask(`${randomUUID()}@example.com`)).status).toBe(200);
});
