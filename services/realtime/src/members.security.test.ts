import { beginSession } from "@parley/auth/testing";
import type { MemberId, Role, TenantId } from "@parley/contracts";
import { freePort } from "@parley/platform/testing/free-port";
import { expect, test, vi } from "vitest";
import { defaultPatience } from "./create-realtime.ts";
import { createWriter } from "./testing/create-writer.ts";
import { openSocket, patience } from "./testing/open-socket.ts";
import { createRealtimeWorld, dashboardOrigin, ticket } from "./testing/realtime-world.ts";
import { startNode } from "./testing/start-node.ts";

type World = Awaited<ReturnType<typeof createRealtimeWorld>>;
type Place = { tenantId: TenantId; member: { memberId: MemberId } };
const never = 24 * 3_600_000;
const gone = { code: 4403, reason: "auth.forbidden" };

/** As an owner does who has used a second factor. */
async function requireFactor(world: World, { tenantId, member }: Place): Promise<void> {
  const context = world.memberContext(tenantId, { ...member, name: "Ada" });
  const session = { id: "a session", fresh: true, secondFactor: true };
  await world.apiFor({ ...context, session }).tenants.requireSecondFactor({ requireSecondFactor: true });
}

type Socket = Awaited<ReturnType<typeof openSocket>>;
async function isServed(socket: Socket): Promise<void> {
  socket.send({ type: "ping" });
  await socket.frame({ type: "pong" });
}

test("[S5] a member who is removed loses the sockets on every node; a colleague's and a visitor's stay", async () => {
  await using writer = await createWriter();
  await using first = await startNode(await freePort());
  await using second = await startNode(await freePort());
  const contact = await writer.contact();
  const removed = await writer.colleague(contact.tenantId, "member");
  const open = async (url: string, place: Place) => {
    const socket = await openSocket(url, { origin: dashboardOrigin });
    socket.send({ type: "authenticate", token: await ticket({ ...place, sessionId: await beginSession(writer.db) }) });
    socket.send({ type: "subscribe", channel: "conversations" });
    await socket.frame({ type: "subscribed" });
    return socket;
  };
  const theirs = await Promise.all(
    [first, second].map(({ url }) => open(url, { tenantId: contact.tenantId, member: removed })),
  );
  const colleague = await open(second.url, contact);

  await contact.api.members.remove({ memberId: removed.memberId });
  expect(await Promise.all(theirs.map(({ closed }) => closed))).toEqual([gone, gone]);

  await contact.say("nobody's ears but the colleague's");
  await vi.waitFor(() => expect(colleague.texts.join()).toContain("nobody's ears"), patience);
  expect(theirs.map(({ texts }) => texts.join())).not.toContainEqual(expect.stringContaining("nobody's ears"));
});

test("[S5] the event alone closes them, whenever the next look at the database is due", async () => {
  await using world = await createRealtimeWorld({ patience: { standingMs: never } });
  const contact = await world.contact();
  const { tenantId, api } = contact;
  const member = await world.colleague(tenantId, "member");
  const socket = await world.work({ tenantId, member });
  const visitor = await world.visit(contact);
  for (const one of [socket, visitor]) await one.frame({ type: "authenticated" });
  await member.api.members.leave();
  await isServed(socket);
  await world.relay(tenantId);

  expect(await socket.closed).toEqual(gone);
  expect(socket.errors()).toEqual(["auth.forbidden"]);
  await isServed(visitor);
  expect((await api.members.list()).length).toBe(1);
});

test("[S5] with the event lost, the next look at the database closes them, which comes within 5 seconds", async () => {
  expect(defaultPatience.standingMs).toBeLessThan(5_000);
  await using world = await createRealtimeWorld({ patience: { standingMs: 20 } });
  const { tenantId, api, member: owner } = await world.tenant();
  const member = await world.colleague(tenantId, "admin");
  const socket = await world.work({ tenantId, member });
  const other = await world.work({ tenantId, member: owner });
  for (const one of [socket, other]) await one.frame({ type: "authenticated" });
  await api.members.remove({ memberId: member.memberId });

  expect(await socket.closed).toEqual(gone);
  await isServed(other);
});

test("[S5] a ticket from before the removal opens nothing, nor does one of another tenant's member", async () => {
  await using world = await createRealtimeWorld();
  const { tenantId, api, member: owner } = await world.tenant();
  const other = await world.tenant();
  const member = await world.colleague(tenantId, "member");
  await api.members.remove({ memberId: member.memberId });

  for (const place of [
    { tenantId, member },
    { tenantId: other.tenantId, member: owner },
  ]) {
    const socket = await world.work(place);
    expect(await socket.closed).toEqual({ code: 4401, reason: "auth.forbidden" });
  }
  await (await world.work({ tenantId, member: owner })).frame({ type: "authenticated" });
});

test("[S5] who has used no second factor loses the socket once the workspace asks for one, and gets none", async () => {
  await using world = await createRealtimeWorld();
  const { tenantId, member: owner } = await world.tenant();
  const neighbour = await world.tenant();
  const member = await world.colleague(tenantId, "member");
  const socket = await world.work({ tenantId, member });
  const unconcerned = await Promise.all([
    world.work({ tenantId, member: owner, secondFactor: true }),
    world.work(neighbour),
  ]);
  for (const one of [socket, ...unconcerned]) await one.frame({ type: "authenticated" });

  await requireFactor(world, { tenantId, member: owner });
  expect(await socket.closed).toEqual({ code: 4401, reason: "auth.factor_required" });
  expect(socket.errors()).toEqual(["auth.factor_required"]);
  for (const one of unconcerned) await isServed(one);

  const again = await world.work({ tenantId, member });
  expect(await again.closed).toEqual({ code: 4401, reason: "auth.factor_required" });
  const withFactor = await world.work({ tenantId, member, secondFactor: true });
  await withFactor.frame({ type: "authenticated" });
});

test("another role is told to everybody's pages, and costs nobody the socket who may still listen", async () => {
  await using world = await createRealtimeWorld({ patience: { standingMs: 20 } });
  const { tenantId, api } = await world.tenant();
  const member = await world.colleague(tenantId, "member");
  const socket = await world.work({ tenantId, member });
  socket.send({ type: "subscribe", channel: "members" });
  await socket.frame({ type: "subscribed", channel: "members" });
  const role: Role = "viewer";
  await api.members.changeRole({ memberId: member.memberId, role });
  await world.relay(tenantId);

  await vi.waitFor(() => {
    expect(socket.events()).toEqual([{ type: "member.changed", memberId: member.memberId, role }]);
  }, patience);
  await isServed(socket);
});
