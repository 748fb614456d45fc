import { randomUUID } from "node:crypto";
import { verifySocketToken } from "@parley/auth";
import { letFormerTokensEnd, letIdle, markSecondFactor } from "@parley/auth/testing";
import { members, tenants } from "@parley/db/schema";
import { afterAll, expect, test } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

const at = await createTestApi();
afterAll(() => at.close());

type Signed = Awaited<ReturnType<typeof at.signedIn>>;
type Answer = { result?: { data: Record<string, unknown> }; error?: { message: string; data: { httpStatus: number } } };

async function ask({ cookie }: Signed, path: string, { tenant, body }: { tenant?: string; body?: object } = {}) {
  const headers = { cookie, ...(tenant !== undefined && { "parley-tenant": tenant }) };
  const answer = await at.call<Answer>(body ? "POST" : "GET", `/trpc/${path}`, {
    origin: dashboard,
    headers,
    ...(body && { body }),
  });
  return { status: answer.status, code: answer.body.error as unknown as { message: string } | undefined, answer };
}
const codeOf = async (asked: ReturnType<typeof ask>) => {
  const { status, code } = await asked;
  return `${status} ${code?.message ?? ""}`.trim();
};

/** Makes the person a member of one more tenant. */
async function join({ userId }: Signed, place: { tenantId: Signed["tenantId"] }, role: "admin" | "member" = "member") {
  const [row] = await at.world.db.transaction(place.tenantId, (tx) =>
    tx.insert(members).values({ userId, name: "Ada", role }).returning(),
  );
  if (!row) throw new Error("an insert returned no row");
  return row.id;
}

test("who belongs to one workspace need not name it; who belongs to several must, and goes from one to the other with one sign-in", async () => {
  const ada = await at.signedIn();
  expect((await ask(ada, "conversations.counts")).status).toBe(200);
  const second = await at.world.tenant();
  await join(ada, second);

  expect(await codeOf(ask(ada, "conversations.counts"))).toBe("400 tenant.required");
  for (const { tenantId, slug } of [ada, second]) {
    const me = await ask(ada, "session.me", { tenant: tenantId });
    expect(me.answer.body.result?.data).toMatchObject({ tenant: { id: tenantId, slug }, refusal: null });
    expect((await ask(ada, "conversations.counts", { tenant: tenantId })).status).toBe(200);
  }
  const me = await ask(ada, "session.me");
  expect(me.answer.body.result?.data).toMatchObject({ tenant: null, member: null, refusal: "tenant.required" });
});

test("where not everybody may make a workspace, nobody does: who was invited was invited to the one that is there", async () => {
  const found = async (of: typeof at) => {
    const { cookie } = await of.signedIn();
    const body = { key: randomUUID(), name: "Another" };
    const { status, body: answer } = await of.call<Answer>("POST", "/trpc/tenants.create", {
      origin: dashboard,
      headers: { cookie },
      body,
    });
    return [status, answer.error && (answer.error as unknown as { message: string }).message];
  };
  for (const who of ["invited", "closed"]) {
    const shut = await createTestApi({ environment: { SIGN_UP: who } });
    expect(await found(shut)).toEqual([403, "tenant.founding_closed"]);
    await shut.close();
  }
  expect(await found(at)).toEqual([200, undefined]);
});

test("[T1] a workspace that the user does not belong to is answered for as one that does not exist", async () => {
  const ada = await at.signedIn();
  const theirs = await at.signedIn();
  const answers = new Set<string>();
  for (const tenant of [theirs.tenantId, randomUUID(), "", "x".repeat(300), `${ada.tenantId} `.toUpperCase()]) {
    for (const path of ["conversations.counts", "members.list"]) {
      const { answer } = await ask(ada, path, { tenant });
      const text = JSON.stringify(answer.body)
        .replace(/"requestId":"[^"]*"/, "")
        .replaceAll(path, "<path>");
      answers.add(`${answer.status} ${text}`);
    }
    const me = await ask(ada, "session.me", { tenant });
    expect(me.answer.body.result?.data).toMatchObject({ tenant: null, refusal: "tenant.not_found" });
  }
  expect([...answers]).toEqual([expect.stringMatching(/^404 .*tenant\.not_found/)]);
});

test("[S5 + control] a role that was taken away is missing at the next call, and so is the workspace after the removal", async () => {
  const owner = await at.signedIn();
  const ada = await at.signedIn();
  const memberId = await join(ada, owner, "admin");
  const tenant = owner.tenantId;
  const invite = () => ask(ada, "invitations.revoke", { tenant, body: { invitationId: randomUUID() } });
  const take = () => ask(ada, "conversations.takeOver", { tenant, body: { conversationId: randomUUID() } });
  expect(await codeOf(invite())).toBe("404 invitation.not_found");
  expect(await codeOf(take())).toBe("404 conversation.not_found");

  const change = { memberId, role: "viewer" };
  expect(await codeOf(ask(owner, "members.changeRole", { body: change }))).toBe("200");
  expect(await codeOf(invite())).toBe("403 auth.forbidden");
  expect(await codeOf(take())).toBe("403 auth.forbidden");
  expect((await ask(ada, "conversations.counts", { tenant })).status).toBe(200);

  expect(await codeOf(ask(owner, "members.remove", { body: { memberId } }))).toBe("200");
  for (const path of ["conversations.counts", "members.list", "knowledge.documents.list?input={}"]) {
    expect(await codeOf(ask(ada, path, { tenant }))).toBe("404 tenant.not_found");
  }
  expect(await codeOf(ask(ada, "session.ticket", { tenant, body: {} }))).toBe("404 tenant.not_found");
  expect((await ask(ada, "conversations.counts")).status).toBe(200); // their own, as before
});

test("[S1] with another role every device of the person gets a new session token, and stays signed in", async () => {
  const owner = await at.signedIn();
  const ada = await at.signedIn();
  const phone = { ...ada, cookie: await at.sessionOf(ada.email) };
  const memberId = await join(ada, owner);
  const tenant = owner.tenantId;
  const see = async (device: Signed) => {
    const { status, answer } = await ask(device, "conversations.counts", { tenant });
    return { status, cookie: String(answer.headers["set-cookie"] ?? "").split(";")[0] };
  };
  for (const device of [owner, ada, phone]) expect(await see(device)).toEqual({ status: 200, cookie: "" });

  expect(await codeOf(ask(owner, "members.changeRole", { body: { memberId, role: "admin" } }))).toBe("200");
  expect(await see(owner)).toEqual({ status: 200, cookie: "" });
  for (const device of [ada, phone]) {
    const { status, cookie = "" } = await see(device);
    expect(status).toBe(200);
    expect(cookie).toMatch(/^parley\.session_token=/);
    expect(cookie).not.toBe(device.cookie);
    await letFormerTokensEnd(at.world.db, ada.userId);
    expect(await see(device)).toMatchObject({ status: 401 });
    expect(await see({ ...device, cookie })).toEqual({ status: 200, cookie: "" });
  }
});

test("a workspace that asks for a second factor lets nobody in without one, but to their own account", async () => {
  const ada = await at.signedIn();
  await at.world.db.transaction(ada.tenantId, (tx) => tx.update(tenants).set({ requireSecondFactor: true }));
  for (const path of ["conversations.counts", "members.list"]) {
    expect(await codeOf(ask(ada, path))).toBe("403 auth.factor_required");
  }
  expect(await codeOf(ask(ada, "session.ticket", { body: {} }))).toBe("403 auth.factor_required");
  const me = await ask(ada, "session.me");
  expect(me.answer.body.result?.data).toMatchObject({ tenant: null, refusal: "auth.factor_required" });
  expect((await ask(ada, "tenants.list")).status).toBe(200);
});

test("[S2] a page gets its tickets by itself, so they are no activity: a session from which nothing else comes ends all the same", async () => {
  const [left, used] = [await at.signedIn(), await at.signedIn()];
  for (const { userId } of [left, used]) await letIdle(at.world.db, userId, "20 minutes");
  expect((await ask(left, "session.ticket", { body: {} })).status).toBe(200);
  expect((await ask(used, "conversations.counts")).status).toBe(200);
  for (const { userId } of [left, used]) await letIdle(at.world.db, userId, "10 minutes 1 second");
  expect((await ask(left, "session.ticket", { body: {} })).status).toBe(401);
  expect((await ask(used, "session.ticket", { body: {} })).status).toBe(200);
});

test("a ticket tells whether a second factor was used in its session", async () => {
  const ada = await at.signedIn();
  const ticketOf = async () => {
    const { answer } = await ask(ada, "session.ticket", { body: {} });
    return verifySocketToken(at.secret, String(answer.body.result?.data.token));
  };
  expect(await ticketOf()).toMatchObject({ kind: "member", memberId: ada.member.memberId, secondFactor: false });
  await markSecondFactor(at.world.db, ada.userId);
  expect(await ticketOf()).toMatchObject({ secondFactor: true });
});
