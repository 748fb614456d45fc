import { randomUUID } from "node:crypto";
import { signTicket, signVisitorToken } from "@parley/auth";
import { codeOf } from "@parley/auth/testing/authenticator";
import { createFullTenant } from "@parley/core/testing/full-tenant";
import { afterAll, expect, test } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

// What opens with a session, and what else somebody may hold to each of these doors.

const secret = "a secret of this test alone, 32 characters or more";
const at = await createTestApi({ environment: { RATE_LIMITS: "off", PARLEY_SECRET: secret } });
const { call, world } = at;
afterAll(() => at.close());
const password = "correct horse battery staple";

const procedures = ["session.ticket", "tenants.list", "conversations.counts", "members.list", "session.me"] as const;
const sensitive = ["/api/auth/devices/revoke-all", "/api/auth/factor/prepare", "/api/auth/change-password"] as const;
type Headers = Record<string, string>;

const post = (url: string, headers: Headers, body: object = {}) =>
  call("POST", url, { origin: dashboard, headers, body });

/** What each door says to whoever has these headers. */
async function doors(headers: Headers): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const path of procedures) {
    const url = `/trpc/${path}`;
    found[path] = (
      path === "session.ticket" ? await post(url, headers) : await call("GET", url, { origin: dashboard, headers })
    ).status;
  }
  for (const url of ["/api/auth/devices", "/api/auth/factor", "/v1/conversations", "/v1/documents"])
    found[url] = (await call("GET", url, { origin: dashboard, headers })).status;
  for (const url of sensitive)
    found[url] = (await post(url, headers, { currentPassword: "x", newPassword: "y" })).status;
  return found;
}
const shut = (found: Record<string, number>) => expect(new Set(Object.values(found))).toEqual(new Set([401]));
const ticketOf = async (headers: Headers) => (await post("/trpc/session.ticket", headers)).status;

/** Sets up an authenticator app for the owner of a new tenant. */
async function ownerWithFactor() {
  const owner = await at.signedIn();
  const headers = { cookie: owner.cookie };
  const prepared = await post("/api/auth/factor/prepare", headers);
  const { secret: totpSecret } = prepared.body as { secret?: string };
  const enabled = await post("/api/auth/factor/enable", headers, { code: codeOf(String(totpSecret)) });
  expect(enabled.status).toBe(200);
  const { backupCodes } = enabled.body as { backupCodes?: string[] };
  return { ...owner, backupCodes: backupCodes ?? [] };
}
const cookiesOf = (answer: { headers: Record<string, unknown> }) =>
  [answer.headers["set-cookie"]].flat().map((cookie) => String(cookie).split(";")[0] ?? "");

test("[A8 + control] what comes with the password opens no door of the api before the second factor, whatever it is called", async () => {
  const { email, backupCodes } = await ownerWithFactor();
  const halfway = await post("/api/auth/sign-in/email", {}, { email, password });
  expect(halfway.body).toEqual({ secondFactor: true });
  const cookies = cookiesOf(halfway).filter((cookie) => !cookie.endsWith("="));
  expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual(["parley.challenge"]);
  const [, value = ""] = /=(.*)/.exec(cookies.join()) ?? [];
  for (const headers of [
    { cookie: cookies.join("; ") },
    { cookie: `parley.session_token=${value}` },
    { cookie: `${cookies.join("; ")}; parley.session_token=${value}` },
    { authorization: `Bearer ${decodeURIComponent(value).split(".")[0]}` },
  ]) {
    shut(await doors(headers as Headers));
  }

  const whole = await post("/api/auth/factor/verify", { cookie: cookies.join("; ") }, { code: backupCodes[0] });
  expect(whole.status).toBe(200);
  expect(await ticketOf({ cookie: cookiesOf(whole).join("; ") })).toBe(200);
});

test("[S6 + control] no other credential of ours is a session, and no session is another credential", async () => {
  const tenant = await createFullTenant(world, "ours");
  const owner = await at.signIn(tenant);
  const { tenantId, contactId, inbox, apiKey } = tenant;
  const { memberId } = tenant.people.owner;
  const visitor = await signVisitorToken(secret, {
    tenantId,
    contactId,
    inboxId: inbox.id as never,
    origin: "https://shop.example",
  });
  const ticket = await signTicket(secret, { tenantId, memberId, sessionId: randomUUID(), secondFactor: false });
  const unsigned = (claims: object) =>
    `${[{ alg: "none" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;
  const forged = unsigned({ aud: "parley/ticket", tenantId, memberId, sessionId: "x", exp: 4e9, iat: 1 });
  for (const token of [visitor.token, ticket.token, forged]) {
    shut(await doors({ authorization: `Bearer ${token}` }));
    shut(await doors({ cookie: `parley.session_token=${token}` }));
    const answer = await call("GET", `/admin/v1/tenants/${tenant.slug}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(401);
  }

  const at1 = `/widget/v1/conversations/${tenant.conversationId}/messages`;
  const read = (token: string) =>
    call("GET", at1, { origin: "https://shop.example", headers: { authorization: `Bearer ${token}` } });
  const session = decodeURIComponent(owner.cookie.split("=")[1] ?? "");
  for (const token of [
    ticket.token,
    forged,
    apiKey,
    session,
    unsigned({ aud: "parley/visitor", tenantId, contactId }),
  ]) {
    expect((await read(token)).status).toBe(401);
  }
  expect((await read(visitor.token)).status).toBe(200);
  expect(await ticketOf({ cookie: owner.cookie })).toBe(200);
});

test.each<[string, (owner: Awaited<ReturnType<typeof at.signedIn>>) => Promise<{ status: number }>]>([
  ["signing out", ({ cookie }) => post("/api/auth/sign-out", { cookie })],
  ["signing out everywhere", ({ cookie }) => post("/api/auth/devices/revoke-all", { cookie })],
  [
    "another device's word",
    async ({ email }) => post("/api/auth/devices/revoke-others", { cookie: await at.sessionOf(email) }),
  ],
])("[S3 + control] after %s the cookie opens no door, at the next request", async (_what, end) => {
  const owner = await at.signedIn();
  expect(await ticketOf({ cookie: owner.cookie })).toBe(200);
  expect((await end(owner)).status).toBe(200);
  shut(await doors({ cookie: owner.cookie }));
});

test("[S1 + control] a session that was there before the sign-in is none after it, whoever planted it", async () => {
  const attacker = await at.signedIn();
  const victim = await at.signedIn();
  const answer = await post("/api/auth/sign-in/email", { cookie: attacker.cookie }, { email: victim.email, password });
  const [own = ""] = cookiesOf(answer).filter((cookie) => cookie.startsWith("parley.session_token="));
  expect(own).not.toBe(attacker.cookie);
  const me = await call<{ result: { data: { user: { email: string } } } }>("GET", "/trpc/session.me", {
    origin: dashboard,
    headers: { cookie: own },
  });
  expect(me.body.result.data.user.email).toBe(victim.email);
  shut(await doors({ cookie: attacker.cookie }));
});
