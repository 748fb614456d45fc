import type { TenantId } from "@parley/contracts";
import { auditLog } from "@parley/db/schema";
import { afterAll, expect, test } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

const { api, world, call, signedIn, visitor, close } = await createTestApi();
afterAll(() => close());

const refusalsOf = async (tenantId: TenantId) =>
  (await world.db.read(tenantId, (read) => read.select().from(auditLog)))
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

test("nobody fills the log: after 20 in a minute no more are recorded, and another tenant's are", async () => {
  const [one, other] = [await signedIn(), await signedIn()];
  const attempt = (cookie: string) =>
    call("POST", "/trpc/session.ticket", { origin: "https://evil.example", headers: { cookie }, body: {} });
  for (let time = 0; time < 25; time += 1) await attempt(one.cookie);
  await attempt(other.cookie);
  // The minute may have turned in between.
  expect((await refusalsOf(one.tenantId)).length).toBeGreaterThanOrEqual(20);
  expect((await refusalsOf(other.tenantId)).length).toBe(1);
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
