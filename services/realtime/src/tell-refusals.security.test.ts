import { randomUUID } from "node:crypto";
import { createAccounts } from "@parley/auth";
import { beginSession, endSession } from "@parley/auth/testing";
import type { TenantId } from "@parley/contracts";
import { auditLog } from "@parley/db/schema";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { openSocket } from "./testing/open-socket.ts";
import {
  apiUrl,
  createRealtimeWorld,
  dashboardOrigin,
  secret,
  shopOrigin,
  ticket,
  visitorToken,
} from "./testing/realtime-world.ts";

const world = await createRealtimeWorld();
afterEach(() => void vi.useRealTimers());
afterAll(() => world[Symbol.asyncDispose]());
const evil = "https://evil.example";

const refusalsOf = async (tenantId: TenantId) =>
  (await world.db.read(tenantId, (read) => read.select().from(auditLog)))
    .sort((one, two) => one.seq - two.seq)
    .filter(({ action }) => action === "request.refused")
    .map(({ actorKind, actorId, details, ip }) => ({ actorKind, actorId, code: details.code, ip }));

/** Nobody waits for the entry: it comes soon after the refusal. */
const expectTold = (tenantId: TenantId, told: object[]) => expect.poll(() => refusalsOf(tenantId)).toMatchObject(told);

/** Opens a socket and authenticates. @returns once it is closed */
async function refused(origin: string, ...tokens: string[]) {
  const socket = await openSocket(world.url, { origin });
  for (const token of tokens) socket.send({ type: "authenticate", token });
  await socket.closed;
}

test("[C7] another site's page that brings a member's cookie along is in the log, and one whose session has ended is not", async () => {
  const { tenantId, member } = await world.tenant();
  const accounts = createAccounts({ db: world.db, secret, apiUrl, appOrigins: [dashboardOrigin] });
  const email = `${randomUUID()}@example.com`;
  const password = "correct horse battery staple";
  await world.linkUser(tenantId, member.memberId, await accounts.ensureUser({ email, name: "Ada", password }));
  const cookieOf = async () => {
    const { headers } = await accounts.signIn({
      body: { email, password },
      cookie: "",
      origin: { ip: "", userAgent: null },
    });
    return headers[0]?.[1].split(";")[0] ?? "";
  };
  const attack = async (cookie: string) => (await openSocket(world.url, { origin: evil, headers: { cookie } })).closed;
  const ended = await cookieOf();
  await accounts.handle(
    new Request(`${apiUrl}/api/auth/sign-out`, { method: "POST", headers: { origin: dashboardOrigin, cookie: ended } }),
  );
  await attack(ended);
  await attack("parley.session_token=made.up");
  await attack(await cookieOf());
  await expectTold(tenantId, [
    {
      actorKind: "member",
      actorId: member.memberId,
      code: "origin.not_allowed",
      ip: expect.stringMatching(/127\.0\.0\.1|::1/),
    },
  ]);
});

test("so is a token that is good, but not on this page", async () => {
  const contact = await world.contact();
  const { tenantId, member, contactId } = contact;
  await refused(evil, "no token of ours");
  await refused(evil, await visitorToken(contact));
  await expectTold(tenantId, [{ actorKind: "contact", actorId: contactId, code: "origin.not_allowed" }]);
  await refused(shopOrigin, await ticket({ tenantId, member, sessionId: await beginSession(world.db) }));
  await expectTold(tenantId, [{}, { actorKind: "member", actorId: member.memberId, code: "origin.not_allowed" }]);
});

test("so is another caller's token on a socket that has one", async () => {
  const [one, other] = [await world.contact(), await world.contact()];
  await refused(shopOrigin, await visitorToken(one), await visitorToken(other));
  await expectTold(other.tenantId, [{ actorKind: "contact", actorId: other.contactId, code: "auth.forbidden" }]);
  expect(await refusalsOf(one.tenantId)).toEqual([]);
});

test("[S5] so is a ticket from before its member was removed, or of who lacks the second factor that is asked for now; one whose session is over is not", async () => {
  const { tenantId, member: owner } = await world.tenant();
  const member = await world.colleague(tenantId, "member");
  const sessionId = await beginSession(world.db);
  await endSession(world.db, sessionId);
  await refused(dashboardOrigin, await ticket({ tenantId, member, sessionId }));
  const context = world.memberContext(tenantId, owner);
  const session = { id: "a session", fresh: true, secondFactor: true };
  await world.apiFor({ ...context, session }).tenants.requireSecondFactor({ requireSecondFactor: true });
  await refused(dashboardOrigin, await ticket({ tenantId, member, sessionId: await beginSession(world.db) }));
  const told = { actorKind: "member", actorId: member.memberId };
  await expectTold(tenantId, [{ ...told, code: "auth.factor_required" }]);
  await member.api.members.leave();
  await refused(dashboardOrigin, await ticket({ tenantId, member, sessionId: await beginSession(world.db) }));
  await expectTold(tenantId, [
    { ...told, code: "auth.factor_required" },
    { ...told, code: "auth.forbidden" },
  ]);
});

test("nobody fills the log: of one caller it tells of five in a minute", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const contact = await world.contact();
  const token = await visitorToken(contact);
  for (let time = 0; time < 7; time++) await refused(evil, token);
  await refused(shopOrigin, await ticket({ ...contact, sessionId: await beginSession(world.db) }));
  const kinds = async () => (await refusalsOf(contact.tenantId)).map(({ actorKind }) => actorKind).sort();
  await expect.poll(kinds).toEqual([...Array(5).fill("contact"), "member"]);
});
