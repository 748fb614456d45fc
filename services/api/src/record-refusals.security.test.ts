import { randomUUID } from "node:crypto";
import { ApiKeyId, type TenantId } from "@parley/contracts";
import { makeApiKey } from "@parley/core/api-keys/key-format";
import { auditLog } from "@parley/db/schema";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

const { api, world, call, signedIn, visitor, close } = await createTestApi();
afterEach(() => void vi.useRealTimers());
afterAll(() => close());

const refusalsOf = async (tenantId: TenantId) =>
  (await world.db.read(tenantId, (read) => read.select().from(auditLog)))
    .sort((one, two) => one.seq - two.seq)
    .filter(({ action }) => action === "request.refused")
    .map(({ actorKind, actorId, details, ip }) => ({ actorKind, actorId, code: details.code, ip }));

test("[C1] another site's request with a member's cookie is in the log, once", async () => {
  const { tenantId, member, cookie } = await signedIn();
  const answer = await call("POST", "/trpc/session.ticket", {
    origin: "https://evil.example",
    headers: { cookie },
    body: {},
    address: "192.0.2.9",
  });
  expect(answer.status).toBe(403);
  expect(await refusalsOf(tenantId)).toEqual([
    { actorKind: "member", actorId: member.memberId, code: "origin.not_allowed", ip: "192.0.2.9" },
  ]);
});

test("[C8] so is a token of another session", async () => {
  const { tenantId, cookie } = await signedIn();
  const headers = { origin: dashboard, cookie, "content-type": "application/json", "x-csrf-token": "a".repeat(43) };
  const answer = await api.inject({ method: "POST", url: "/trpc/session.ticket", headers, payload: "{}" });
  expect(answer.json().error.code).toBe("csrf.invalid");
  expect(await refusalsOf(tenantId)).toMatchObject([{ actorKind: "member", code: "csrf.invalid" }]);
});

test("[C9] so is a visitor's token from another origin", async () => {
  const { tenantId, contactId, at, headers } = await visitor();
  expect((await call("GET", `${at}/messages`, { origin: "https://evil.example", headers })).status).toBe(403);
  expect(await refusalsOf(tenantId)).toMatchObject([
    { actorKind: "contact", actorId: contactId, code: "origin.not_allowed" },
  ]);
});

test("nobody fills the log: of one caller it tells of five in a minute, and of another tenant's and in the next minute as before", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const [one, other] = [await signedIn(), await signedIn()];
  const attempt = (cookie: string) =>
    call("POST", "/trpc/session.ticket", { origin: "https://evil.example", headers: { cookie }, body: {} });
  for (let time = 0; time < 25; time += 1) expect((await attempt(one.cookie)).status).toBe(403);
  await attempt(other.cookie);
  expect(await refusalsOf(one.tenantId)).toHaveLength(5);
  expect(await refusalsOf(other.tenantId)).toHaveLength(1);
  vi.setSystemTime(Date.now() + 60_000);
  await attempt(one.cookie);
  expect(await refusalsOf(one.tenantId)).toHaveLength(6);
});

test("neither does a program whose key has not the scope, or is revoked", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const tenant = await world.tenant();
  const id = ApiKeyId.parse(randomUUID());
  const { key } = await tenant.api.apiKeys.create({ id, name: "Reports", scopes: ["documents:read"] });
  const attempt = () => call("GET", "/v1/conversations", { headers: { authorization: `Bearer ${key}` } });
  for (let time = 0; time < 12; time += 1) expect((await attempt()).status).toBe(403);
  const told = { actorKind: "api_key", actorId: id, code: "auth.forbidden", ip: expect.any(String) };
  expect(await refusalsOf(tenant.tenantId)).toEqual(Array(5).fill(told));
  await tenant.api.apiKeys.revoke({ id });
  vi.setSystemTime(Date.now() + 60_000);
  for (let time = 0; time < 12; time += 1) expect((await attempt()).status).toBe(401);
  expect((await refusalsOf(tenant.tenantId)).slice(5)).toEqual(Array(5).fill({ ...told, code: "auth.required" }));
});

test("[K1] a key in an address is told of by its tenant's log, good or over; one that never was is in none", async () => {
  const { api, tenantId } = await world.tenant();
  const id = ApiKeyId.parse(randomUUID());
  const { key } = await api.apiKeys.create({ id, name: "Reports", scopes: ["conversations:read"] });
  const attempt = async (text: string) =>
    (await call<{ code: string }>("GET", `/v1/conversations?key=${text}`)).body.code;
  expect(await attempt(key)).toBe("api_key.in_address");
  await api.apiKeys.revoke({ id });
  await attempt(key.replace("_", "%5F"));
  expect(await attempt(makeApiKey(tenantId))).toBe("api_key.in_address");
  const told = { actorKind: "api_key", actorId: id, code: "api_key.in_address", ip: expect.any(String) };
  expect(await refusalsOf(tenantId)).toEqual([told, told]);
});

test("so is a member who has used no second factor where the workspace asks for one", async () => {
  const { tenantId, member, cookie } = await signedIn();
  const session = { id: "a session", fresh: true, secondFactor: true };
  const context = world.memberContext(tenantId, { ...member, name: "Ada" });
  await world.apiFor({ ...context, session }).tenants.requireSecondFactor({ requireSecondFactor: true });
  const answer = await call("GET", "/trpc/members.list", { origin: dashboard, headers: { cookie } });
  expect(answer.status).toBe(403);
  expect(await refusalsOf(tenantId)).toMatchObject([
    { actorKind: "member", actorId: member.memberId, code: "auth.factor_required" },
  ]);
});

test("visitors, whom anybody can be, are told of twenty times a minute, and keep no member's refusal out of the log", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const tenant = await signedIn();
  for (let contact = 0; contact < 8; contact += 1) {
    const { at, headers } = await visitor(tenant);
    for (let time = 0; time < 4; time += 1) {
      expect((await call("GET", `${at}/messages`, { origin: "https://evil.example", headers })).status).toBe(403);
    }
  }
  const { cookie } = tenant;
  await call("POST", "/trpc/session.ticket", { origin: "https://evil.example", headers: { cookie }, body: {} });
  const kinds = (await refusalsOf(tenant.tenantId)).map(({ actorKind }) => actorKind);
  expect(kinds).toEqual([...Array(20).fill("contact"), "member"]);
});

test("a refusal takes no new token from whoever was attacked: the next request of their own gets it", async () => {
  const { tenantId, member, cookie } = await signedIn();
  const { api: ofOwner } = await world.colleague(tenantId, "owner");
  await ofOwner.members.changeRole({ memberId: member.memberId, role: "admin" });
  const attack = await call("POST", "/trpc/session.ticket", {
    origin: "https://evil.example",
    headers: { cookie },
    body: {},
  });
  expect([attack.status, attack.headers["set-cookie"]]).toEqual([403, undefined]);
  const own = await call("GET", "/trpc/session.me", { origin: dashboard, headers: { cookie } });
  expect(own.status).toBe(200);
  const renewed = String(own.headers["set-cookie"]).split(";")[0];
  expect(renewed).not.toBe(cookie);
  expect(
    (await call("GET", "/trpc/session.me", { origin: dashboard, headers: { cookie: renewed ?? "" } })).status,
  ).toBe(200);
});

test("a page that has not heard of its session's new token is refused and comes again; no alarm is left of it", async () => {
  const { tenantId, member, cookie } = await signedIn();
  const { api: ofOwner } = await world.colleague(tenantId, "owner");
  await ofOwner.members.changeRole({ memberId: member.memberId, role: "admin" });
  const nonce = "parley.csrf=".concat("n".repeat(43));
  const tokenFor = async (session: string) =>
    (await call<{ token: string }>("GET", "/api/csrf", { headers: { cookie: `${session}; ${nonce}` } })).body.token;
  const post = (session: string, token: string) =>
    api.inject({
      method: "POST",
      url: "/trpc/session.ticket",
      headers: {
        origin: dashboard,
        cookie: `${session}; ${nonce}`,
        "content-type": "application/json",
        "x-csrf-token": token,
      },
      payload: "{}",
    });
  const stale = await tokenFor(cookie);
  const read = await call("GET", "/trpc/session.me", { origin: dashboard, headers: { cookie } });
  const renewed = String(read.headers["set-cookie"]).split(";")[0] ?? "";
  expect(renewed).not.toBe(cookie);

  expect((await post(renewed, stale)).json().error.code).toBe("csrf.invalid");
  expect((await post(renewed, await tokenFor(renewed))).statusCode).toBe(200);
  expect(await refusalsOf(tenantId)).toEqual([]);

  const { cookie: others } = await signedIn();
  expect((await post(renewed, await tokenFor(others))).json().error.code).toBe("csrf.invalid");
  expect(await refusalsOf(tenantId), "of another session").toMatchObject([
    { actorKind: "member", code: "csrf.invalid" },
  ]);
});

test("so is whoever tries to be the operator of a workspace with a token that is not the installation's", async () => {
  const { tenantId, slug } = await world.tenant();
  const attempt = (token: string | undefined) =>
    call("GET", `/admin/v1/tenants/${slug}`, {
      address: "192.0.2.9",
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  for (const token of ["a guess at the token", undefined]) {
    expect((await attempt(token?.replaceAll(" ", "-"))).status).toBe(401);
  }
  expect(await refusalsOf(tenantId)).toEqual([
    { actorKind: "unknown", actorId: null, code: "auth.required", ip: "192.0.2.9" },
  ]);
  const url = `/admin/v1/tenants/no-such-${slug}`;
  expect((await call("GET", url, { headers: { authorization: "Bearer x" } })).status).toBe(401);
});

test("a request without a credential, and one that asks for what is not there, are in no log", async () => {
  const { tenantId, cookie } = await signedIn();
  await call("POST", "/trpc/session.ticket", { origin: "https://evil.example", body: {} });
  await call("GET", "/trpc/nothing.at.all", { origin: dashboard, headers: { cookie } });
  expect(await refusalsOf(tenantId)).toEqual([]);
});
