import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { ApiKeyId, InvitationId, rateLimits } from "@parley/contracts";
import { invitations, tenants } from "@parley/db/schema";
import { createLogger } from "@parley/platform/log";
import { createRateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { longestBodyMs } from "./body-deadline.ts";
import { digestOf } from "./rate-limit.ts";
import { createTestApi, dashboard } from "./testing/test-api.ts";

const { api, call, visitor, signedIn, world, jobs, logged, close } = await createTestApi();
beforeAll(() => jobs.start());
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await jobs.stop();
  await close();
});

const freeze = () => vi.useFakeTimers({ toFake: ["Date"] });
const tooMany = { status: 429, body: { error: { code: "rate.exceeded" } } };
/** Another account each time: one of them would be locked sooner than the address. */
const wrong = () => ({ email: `${randomUUID()}@example.com`, password: "not the password at all" });
const signIn = (address: string, headers: Record<string, string> = {}, url = "/api/auth/sign-in/email") =>
  call("POST", url, { origin: dashboard, body: wrong(), address, headers });

/** Uses up what an address may do to sign in. */
async function useUp(address: string, headers?: (time: number) => Record<string, string>) {
  for (let time = 0; time < rateLimits.signIns.max; time++) {
    expect((await signIn(address, headers?.(time))).status).toBe(401);
  }
}

test("[R1] whatever a client says of its address, it has one: the socket's", async () => {
  const spoofed = (n: number) => ({
    "x-forwarded-for": `198.51.100.${n}`,
    forwarded: `for=198.51.100.${n}`,
    "x-real-ip": `198.51.100.${n}`,
    "x-client-ip": `198.51.100.${n}`,
    "cf-connecting-ip": `198.51.100.${n}`,
  });
  await useUp("192.0.2.1", spoofed);
  expect(await signIn("192.0.2.1", spoofed(100))).toMatchObject(tooMany);
  expect((await signIn("198.51.100.1")).status).toBe(401); // who was named has spent nothing
});

test("[R1 + control] a proxy is believed when it is named, and nothing that came to it", async () => {
  const behind = await createTestApi({ environment: { TRUSTED_PROXIES: "10.9.9.9,10.8.0.0/16" } });
  const from = (address: string, forwarded: string) =>
    behind.call("POST", "/api/auth/sign-in/email", {
      origin: dashboard,
      body: wrong(),
      address,
      headers: { "x-forwarded-for": forwarded },
    });
  for (let time = 0; time < rateLimits.signIns.max; time++) await from("10.9.9.9", `198.51.100.${time}, 192.0.2.1`);
  expect(await from("10.9.9.9", "203.0.113.1, 192.0.2.1")).toMatchObject(tooMany);
  expect(await from("10.8.1.1", "203.0.113.1, 192.0.2.1, 10.9.9.9")).toMatchObject(tooMany);
  expect((await from("10.9.9.9", "192.0.2.1, 192.0.2.2")).status).toBe(401);
  expect((await from("10.7.0.1", "192.0.2.1")).status).toBe(401); // no proxy of ours: its own address counts
  await behind.close();
});

test("[R2 + control] another spelling of an address is the same to the limit, or nothing at all", async () => {
  await useUp("192.0.2.2");
  const spellings = [
    "/api/auth/sign-in/email/",
    "/api/auth//sign-in/email",
    "//api/auth/sign-in/email",
    "/api/auth/sign-in%2femail",
    "/api/auth/Sign-In/email",
    "/API/auth/sign-in/email",
    "/api/auth/./sign-in/email",
    "/api/auth/sign-in/email;x",
    "/api/auth/sign-in/email%00",
    "/api/auth/sign%2Din/email",
    "/api/auth/sign-in/email?x=1",
    "/api/auth/sign-in/email#x",
  ];
  for (const url of spellings) {
    expect([400, 404, 429], url).toContain((await signIn("192.0.2.2", {}, url)).status);
  }
  expect((await call("HEAD", "/api/auth/sign-in/email", { address: "192.0.2.2" })).status).toBe(405);
});

test("[R2] what is not there counts like what is", async () => {
  freeze();
  const statuses = new Set<number>();
  for (let time = 0; time < rateLimits.requests.max; time++) {
    statuses.add((await call(time % 2 ? "HEAD" : "GET", `/nothing/${time}`, { address: "192.0.2.3" })).status);
  }
  expect([...statuses]).toEqual([404]);
  expect(await call("GET", "/nothing", { address: "192.0.2.3" })).toMatchObject(tooMany);
  expect(await call("GET", "/widget/v1/conversations", { address: "192.0.2.3" })).toMatchObject(tooMany);
  expect((await call("GET", "/healthz", { address: "192.0.2.3" })).status).toBe(200);
});

test("[R3 + control] of a batch that is too large nothing is done", async () => {
  const { cookie } = await signedIn();
  logged.length = 0;
  const batch = (paths: string) => call("GET", `/trpc/${paths}?batch=1`, { origin: dashboard, headers: { cookie } });
  const many = (n: number, comma = ",") => Array<string>(n).fill("session.me").join(comma);
  expect((await batch(many(11))).status).toBe(400);
  expect((await batch(many(11, "%2c"))).status).toBe(400);
  expect((await batch(many(11, "%252c"))).status).toBe(400);
  expect((await batch(many(800))).status).toBe(400);
  expect(logged.filter(({ procedures }) => procedures)).toEqual([]);
  expect((await batch(many(10))).status).toBe(200);
});

test.each([
  ["session.me,session.me,session.me", "203.0.113.11"],
  ["session.me%2csession.me%2csession.me", "203.0.113.12"],
  ["session.me%252Csession.me%252csession.me", "203.0.113.13"],
])("[R3] each call of a batch counts: %s", async (paths, address) => {
  freeze();
  const { cookie } = await signedIn();
  const left = async (url: string) => {
    const { status, headers } = await call("GET", url, { origin: dashboard, headers: { cookie }, address });
    expect(status).toBe(200);
    return [...String(headers.ratelimit).matchAll(/"(\w+)";r=(\d+)/g)].map(([, name, r]) => [name, Number(r)]);
  };
  const before = new Map((await left("/trpc/session.me")) as [string, number][]);
  const after = new Map((await left(`/trpc/${paths}?batch=1`)) as [string, number][]);
  for (const name of ["requests", "procedures", "tenantRequests"]) {
    expect([name, (before.get(name) ?? 0) - (after.get(name) ?? 0)]).toEqual([name, 3]);
  }
});

test("[R3] when an account has spent what it may, no call of its batch is made, and it is told in tRPC's own shape", async () => {
  freeze();
  const { cookie } = await signedIn();
  const batch = (n: number) =>
    call<object[]>("GET", `/trpc/${Array<string>(n).fill("session.me").join()}?batch=1`, {
      origin: dashboard,
      headers: { cookie },
    });
  for (let spent = 0; spent < rateLimits.procedures.max - 5; spent += 5) expect((await batch(5)).status).toBe(200);
  logged.length = 0;
  const refused = await batch(6);
  expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "60" } });
  expect(JSON.stringify(refused.body)).toContain('"appCode":"rate.exceeded"');
  expect(logged.filter(({ procedures }) => procedures)).toEqual([]);
});

test("a member's searches are counted, whatever else they may ask", async () => {
  freeze();
  const { cookie } = await signedIn();
  const search = (body: unknown = { question: "Where is it?" }) =>
    call<unknown>("POST", "/trpc/assistant.explainSearch", { origin: dashboard, headers: { cookie }, body });
  for (let spent = 0; spent < rateLimits.searches.max; spent++) expect((await search()).status).toBe(200);
  const refused = await search();
  expect(refused.status).toBe(429);
  expect(JSON.stringify(refused.body)).toContain('"appCode":"rate.exceeded"');
  expect((await call("GET", "/trpc/session.me", { origin: dashboard, headers: { cookie } })).status).toBe(200);
  vi.setSystemTime(Date.now() + rateLimits.searches.seconds * 1_000);
  expect((await search()).status).toBe(200);
});

test("[R4 + control] who has a /64 of IPv6 has one address", async () => {
  for (let time = 0; time < rateLimits.signIns.max; time++) {
    expect((await signIn(`2001:db8:5:6:${randomBytes(2).toString("hex")}::${time.toString(16)}`)).status).toBe(401);
  }
  expect(await signIn("2001:db8:5:6:ffff:ffff:ffff:ffff")).toMatchObject(tooMany);
  expect((await signIn("2001:db8:5:7::1")).status).toBe(401);
});

test("[R5 + control] what the assistant has to answer is limited by contact and hour; a person can be had all the same, at no cost", async () => {
  freeze();
  const one = await visitor();
  const other = await visitor(one);
  const minute = () => vi.setSystemTime(Date.now() + 61_000);
  for (let answer = 0; answer < rateLimits.answers.max; answer++) {
    if (answer % 25 === 0) minute();
    expect((await one.say("And another thing")).status).toBe(200);
  }
  minute();
  const refused = await one.say("One more");
  expect(refused).toMatchObject(tooMany);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(60);
  const messages = async () =>
    (
      await call<{ conversation: object }>("GET", `${one.at}/messages`, {
        origin: "https://shop.example",
        headers: one.headers,
      })
    ).body;
  expect(await messages()).toMatchObject({ conversation: { lastSeq: rateLimits.answers.max } });
  expect((await other.say("Me too")).status).toBe(200);

  const handOff = await call("POST", `${one.at}/hand-off`, { origin: "https://shop.example", headers: one.headers });
  expect(handOff.status).toBe(200);
  expect((await one.say("A person at last")).status).toBe(200);
  vi.setSystemTime(Date.now() + 3_600_000);
});

test("[R5] only what becomes an answer costs one", async () => {
  freeze();
  const one = await visitor();
  const left = async () => {
    const count = { limit: rateLimits.answers, of: { tenantId: one.tenantId, of: [one.contactId] } };
    const verdict = await api.rateLimiter?.spend(count);
    await api.rateLimiter?.giveBack(count);
    return (verdict?.remaining ?? 0) + 1;
  };
  const id = randomUUID();
  await one.say("Hello", id);
  expect(await left()).toBe(rateLimits.answers.max - 1);
  await one.say("Hello", id); // again: nothing new
  await one.say(""); // refused
  await call("POST", `${one.at}/hand-off`, { origin: "https://shop.example", headers: one.headers });
  await one.say("To a person");
  expect(await left()).toBe(rateLimits.answers.max - 1);
});

test("[R5] a tenant's contacts share what its plan gives; other tenants are not held up", async () => {
  freeze();
  const limiter = api.rateLimiter;
  const one = await visitor();
  const of = { tenantId: one.tenantId, of: [] };
  await limiter?.spend({ limit: rateLimits.tenantAnswers, of, cost: rateLimits.tenantAnswers.max.standard - 1 });
  expect((await one.say("The last")).status).toBe(200);
  expect(await (await visitor(one)).say("One more")).toMatchObject(tooMany);
  expect((await (await visitor()).say("Hello")).status).toBe(200);

  await limiter?.spend({ limit: rateLimits.visitorRequests, of, cost: rateLimits.visitorRequests.max.standard });
  expect(await one.say("Anything")).toMatchObject(tooMany);
  await world.db.transaction(one.tenantId, (tx) => tx.update(tenants).set({ plan: "large" }));
  vi.setSystemTime(Date.now() + 61_000);
  expect((await one.say("On a larger plan")).headers["ratelimit-policy"]).toContain(
    `"visitorRequests";q=${rateLimits.visitorRequests.max.large};w=60`,
  );
});

test("[R5 + control] whoever takes on a new contact for each question spends what one address has, and leaves the tenant its share", async () => {
  freeze();
  const tenant = await world.tenant();
  const address = "2001:db8:9:9::1";
  const share = { tenantId: tenant.tenantId, of: ["2001:db8:9:9::/64"] };
  await api.rateLimiter?.spend({
    limit: rateLimits.addressAnswers,
    of: share,
    cost: rateLimits.addressAnswers.max - 3,
  });
  const ask = async (from: string) => (await visitor(tenant)).say("And another thing", randomUUID(), from);
  for (let contact = 0; contact < 3; contact++) expect((await ask(address)).status).toBe(200);
  const refused = await ask("2001:db8:9:9:ffff::2");
  expect(refused).toMatchObject(tooMany);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(60);
  expect((await ask("2001:db8:9:8::1")).status).toBe(200);
  // Of the tenant's share only what was answered is gone.
  const left = { limit: rateLimits.tenantAnswers, of: { tenantId: tenant.tenantId, of: [] }, cost: 0 };
  expect((await api.rateLimiter?.spend(left))?.remaining).toBe(rateLimits.tenantAnswers.max.standard - 4);
  expect(rateLimits.addressAnswers.max * 10).toBeLessThanOrEqual(rateLimits.tenantAnswers.max.standard);
});

test("[R5 + control] visitors who flood a tenant's widget hold up neither its members nor its programs", async () => {
  freeze();
  const member = await signedIn();
  const { key } = await member.api.apiKeys.create({
    id: ApiKeyId.parse(randomUUID()),
    name: "Reports",
    scopes: ["documents:read"],
  });
  const one = await visitor(member);
  const of = { tenantId: member.tenantId, of: [] };
  await api.rateLimiter?.spend({
    limit: rateLimits.visitorRequests,
    of,
    cost: rateLimits.visitorRequests.max.standard,
  });
  const list = () => call("GET", "/widget/v1/conversations", { origin: "https://shop.example", headers: one.headers });
  const procedure = () => call("GET", "/trpc/session.me", { origin: dashboard, headers: { cookie: member.cookie } });
  const program = () => call("GET", "/v1/documents", { headers: { authorization: `Bearer ${key}` } });
  expect(await list()).toMatchObject(tooMany);
  expect([(await procedure()).status, (await program()).status]).toEqual([200, 200]);

  // And the other way round: members and keys share one count.
  await api.rateLimiter?.spend({ limit: rateLimits.tenantRequests, of, cost: rateLimits.tenantRequests.max.standard });
  vi.setSystemTime(Date.now() + 1_000);
  expect([(await procedure()).status, (await program()).status]).toEqual([429, 429]);
});

test("[R6] without Redis nobody signs in, and is told when to come back; the rest goes on within its limits", async () => {
  const logger = createLogger({ level: "silent", format: "json" });
  const rateLimiter = createRateLimiter({ redisUrl: "redis://127.0.0.1:1", logger });
  const alone = await createTestApi({ rateLimiter });
  const attempt = await alone.call("POST", "/api/auth/sign-in/email", { origin: dashboard, body: wrong() });
  expect(attempt).toMatchObject({ status: 503, body: { error: { code: "service.busy" } } });
  expect(Number(attempt.headers["retry-after"])).toBeGreaterThan(0);

  const one = await alone.visitor();
  for (let time = 0; time < rateLimits.messages.max; time++) expect((await one.say("Hello")).status).toBe(200);
  expect(await one.say("Hello")).toMatchObject(tooMany);
  rateLimiter.close();
  await alone.close();
});

test("[R6] 500 clients that never end their request keep nobody from being served, and not for long", async () => {
  const { server } = api;
  expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
  // A body has 30 seconds, unless it is a file (body-deadline.test.ts).
  expect(server.requestTimeout).toBe(longestBodyMs);
  await api.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.address() as AddressInfo;
  const slow: Socket[] = [];
  try {
    for (let client = 0; client < 500; client++) {
      const socket = connect(port, "127.0.0.1");
      slow.push(socket.on("error", () => {}));
      await once(socket, "connect");
      const isBody = client % 2 === 0;
      socket.write(
        isBody
          ? "POST /widget/v1/visits HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"
          : "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ",
      );
    }
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
  } finally {
    for (const socket of slow) socket.destroy();
  }
});

const invite = ({ cookie }: { cookie: string }, email: string, id: string = randomUUID()) =>
  call("POST", "/trpc/invitations.create", {
    origin: dashboard,
    headers: { cookie },
    body: { id, email, role: "member" },
  });

test("[R5 + control] a workspace's invitations to one address are counted, sent for the first time or again", async () => {
  freeze();
  const [one, other] = [await signedIn(), await signedIn()];
  const { max } = rateLimits.tenantInvitationsToAddress;
  const newcomer = one.email.replace("@", "+1@");
  const first = randomUUID();
  // What makes no mail is not counted: the same again, and who belongs already.
  for (let count = 0; count <= max; count++) {
    expect((await invite(one, newcomer, first)).status).toBe(200);
    expect((await invite(one, one.email)).status).toBe(409);
  }
  for (let count = 1; count < max; count++) {
    expect((await invite(one, count % 2 ? newcomer : newcomer.toUpperCase())).status).toBe(200);
  }
  expect(await invite(one, newcomer)).toMatchObject({ status: 429, headers: { "retry-after": "86400" } });
  expect((await invite(one, newcomer, first)).status).toBe(200);
  expect((await invite(one, other.email)).status).toBe(200);

  const id = InvitationId.parse(randomUUID());
  const email = one.email.replace("@", "+2@");
  await one.api.invitations.create({ id, email, role: "viewer" });
  await api.rateLimiter?.spend({
    limit: rateLimits.tenantInvitationsToAddress,
    of: { tenantId: one.tenantId, of: [digestOf(email)] },
    cost: max,
  });
  const resend = () =>
    call("POST", "/trpc/invitations.resend", {
      origin: dashboard,
      headers: { cookie: one.cookie },
      body: { invitationId: id },
    });
  expect(await resend()).toMatchObject({ status: 429, body: { error: { data: { appCode: "invitation.too_many" } } } });
  const longAgo = new Date("2026-01-01T00:00:00Z");
  await world.db.transaction(one.tenantId, (tx) => tx.update(invitations).set({ sentAt: longAgo }));
  expect(await resend()).toMatchObject({ status: 429, body: { error: { data: { appCode: "rate.exceeded" } } } });
});

test("[R5] a change of address counts against the mails that the new one gets, however it is written", async () => {
  const { email, cookie } = await signedIn();
  const newEmail = email.replace("@", "+3@");
  const { max } = rateLimits.mailsToAddress;
  const change = (address: string) =>
    call("POST", "/api/auth/change-email", {
      origin: dashboard,
      headers: { cookie },
      body: { newEmail: address, password: "correct horse battery staple" },
    });
  for (let count = 1; count < max; count++) expect((await change(newEmail)).status).toBe(200);
  expect((await change(newEmail.toUpperCase())).status).toBe(200);
  expect(await change(newEmail)).toMatchObject(tooMany);
  expect((await change(email.replace("@", "+4@"))).status).toBe(200);
});

test("[R5] whoever sends nobody a mail keeps nobody from a new password: neither by what is refused nor by other mails", async () => {
  const { email, cookie } = await signedIn();
  const { max } = rateLimits.mailsToAddress;
  const newEmail = email.replace("@", "+3@");
  const change = (body: object, headers?: object) =>
    call("POST", "/api/auth/change-email", { origin: dashboard, body: { newEmail, ...body }, ...headers });
  for (let count = 0; count <= max; count++) expect((await change({ password: "x" })).status).toBe(401);
  const right = { password: "correct horse battery staple" };
  for (let count = 0; count < max; count++) expect((await change(right, { headers: { cookie } })).status).toBe(200);
  const reset = () =>
    call("POST", "/api/auth/request-password-reset", { origin: dashboard, body: { email: newEmail } });
  for (let count = 0; count < max; count++) expect((await reset()).status).toBe(200);
  expect(await reset()).toMatchObject(tooMany);
});

test("[R5, T1] what one workspace sends to an address neither keeps another from inviting it, nor does the other learn of it", async () => {
  freeze();
  const { tenantInvitationsToAddress: own, invitationsToAddress: limit } = rateLimits;
  const [one, other, { email }] = [await signedIn(), await signedIn(), await signedIn()];
  await api.rateLimiter?.spend({ limit, of: { of: [digestOf(email)] }, cost: limit.max - 1 });
  const ordered = vi.spyOn(jobs.queue, "send");
  const answers = [await invite(one, email), await invite(other, email)];
  expect(ordered).toHaveBeenCalledTimes(1);
  const [first, second] = answers.map(({ status, body, headers }) => [
    status,
    body,
    String(headers.ratelimit).match(/\w*invitationsToAddress[^,]*/gi),
  ]);
  expect(second).toEqual(first);
  expect(first).toEqual([200, expect.anything(), [`tenantInvitationsToAddress";r=${own.max - 1};t=86400`]]);
});
