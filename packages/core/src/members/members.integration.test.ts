import { randomUUID } from "node:crypto";
import { ApiKeyId, InvitationId, MemberId, type TenantId } from "@parley/contracts";
import { conversations, invitations, members } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { openWithApiKey } from "../api-keys/open-with-api-key.ts";
import { listAuditEntries } from "../audit/list-entries.ts";
import { takeOver } from "../conversations/take-over.ts";
import { listMemberships } from "../tenants/find-tenant.ts";
import { createWorld, type World } from "../testing/world.ts";
import { findListeners, membershipKey } from "./channel.ts";

type MemberApi = ReturnType<World["memberApi"]>;
const refused = (code: string) => ({ cause: { code } });
const rolesOf = async (world: World, tenantId: TenantId) =>
  Object.fromEntries(
    (await world.db.read(tenantId, (read) => read.select().from(members))).map(({ id, role, removedAt }) => [
      id,
      removedAt ? "removed" : role,
    ]),
  );
const audited = async (world: World, tenantId: TenantId) =>
  (await listAuditEntries(world.db, tenantId, {})).entries
    .map(({ action, actor, target }) => ({ action, by: actor.id, of: target?.id }))
    .reverse();

test("everybody in the tenant sees who belongs to it, by name, address and role, and nobody of another tenant", async () => {
  await using world = await createWorld();
  const { tenantId, member } = await world.tenant();
  await world.tenant();
  const viewer = await world.colleague(tenantId, "viewer", "Grace");

  const listed = await viewer.api.members.list();
  expect(listed).toMatchObject([
    { id: member.memberId, name: "Ada", email: null, role: "owner" },
    { id: viewer.memberId, name: "Grace", email: viewer.user.email, role: "viewer" },
  ]);
});

test("a role is changed, told and recorded once, however often it is asked for", async () => {
  await using world = await createWorld();
  const { tenantId, api, member } = await world.tenant();
  const { memberId } = await world.colleague(tenantId, "member");
  await api.members.changeRole({ memberId, role: "admin" });
  await api.members.changeRole({ memberId, role: "admin" });

  expect((await rolesOf(world, tenantId))[memberId]).toBe("admin");
  expect(await world.announced(tenantId)).toEqual([{ type: "member.changed", memberId, role: "admin" }]);
  expect(await audited(world, tenantId)).toContainEqual({
    action: "member.role_changed",
    by: member.memberId,
    of: memberId,
  });
});

test("[S4] nobody becomes an owner, nor is invited as one, by a session that was not confirmed lately", async () => {
  await using world = await createWorld();
  const { tenantId, member } = await world.tenant();
  const inviteOwner = { id: InvitationId.parse(randomUUID()), email: "grace@example.com", role: "owner" as const };
  const { memberId } = await world.colleague(tenantId, "member");
  const left = world.apiFor({
    ...world.memberContext(tenantId, member),
    session: { id: randomUUID(), fresh: false, secondFactor: true },
  });
  const unconfirmed = refused("auth.confirmation_required");
  await expect(left.members.changeRole({ memberId, role: "owner" })).rejects.toMatchObject(unconfirmed);
  await expect(left.invitations.create(inviteOwner)).rejects.toMatchObject(unconfirmed);
  await expect(left.members.transferOwnership({ memberId })).rejects.toMatchObject(unconfirmed);
  expect((await rolesOf(world, tenantId))[memberId]).toBe("member");
  expect(world.mails).toEqual([]);
  await left.members.changeRole({ memberId, role: "admin" });
});

test("an admin can neither make an owner, nor change, demote or remove one", async () => {
  await using world = await createWorld();
  const { tenantId, member } = await world.tenant();
  const admin = await world.colleague(tenantId, "admin");
  const other = await world.colleague(tenantId, "member");
  const { api } = admin;

  for (const attempt of [
    () => api.members.changeRole({ memberId: other.memberId, role: "owner" }),
    () => api.members.changeRole({ memberId: admin.memberId, role: "owner" }),
    () => api.members.changeRole({ memberId: member.memberId, role: "viewer" }),
    () => api.members.remove({ memberId: member.memberId }),
    () => api.members.transferOwnership({ memberId: admin.memberId }),
  ]) {
    await expect(attempt()).rejects.toMatchObject(refused("auth.forbidden"));
  }
  expect(Object.values(await rolesOf(world, tenantId)).sort()).toEqual(["admin", "member", "owner"]);
});

test("the last owner can't leave, be removed or be demoted; with a second one they can", async () => {
  await using world = await createWorld();
  const { tenantId, api, member } = await world.tenant();
  const { memberId } = member;
  await world.colleague(tenantId, "admin");
  for (const attempt of [
    () => api.members.leave(),
    () => api.members.remove({ memberId }),
    () => api.members.changeRole({ memberId, role: "admin" }),
  ]) {
    await expect(attempt()).rejects.toMatchObject(refused("member.last_owner"));
  }
  await world.colleague(tenantId, "owner");
  await api.members.leave();
  expect((await rolesOf(world, tenantId))[memberId]).toBe("removed");
});

test("two owners who leave at the same moment: one goes, the other one stays", async () => {
  await using world = await createWorld();
  for (let round = 0; round < 5; round++) {
    const { tenantId, api } = await world.tenant();
    const second = await world.colleague(tenantId, "owner");
    const outcomes = await Promise.allSettled([api.members.leave(), second.api.members.leave()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(Object.values(await rolesOf(world, tenantId)).sort()).toEqual(["owner", "removed"]);
  }
});

test("ownership is handed over in one step: the other one is an owner, the former one an admin", async () => {
  await using world = await createWorld();
  const { tenantId, api, member } = await world.tenant();
  const heir = await world.colleague(tenantId, "member");
  await api.members.transferOwnership({ memberId: heir.memberId });

  expect(await rolesOf(world, tenantId)).toEqual({ [member.memberId]: "admin", [heir.memberId]: "owner" });
  await expect(api.members.transferOwnership({ memberId: heir.memberId })).rejects.toMatchObject(
    refused("auth.forbidden"),
  );
});

test("who is removed belongs nowhere from then on: not in the list, not at a socket, and no request of theirs begun before changes members", async () => {
  await using world = await createWorld();
  const { tenantId, api, member } = await world.tenant();
  const admin = await world.colleague(tenantId, "admin");
  const key = membershipKey({ tenantId, memberId: admin.memberId });
  expect(await findListeners(world.db, [key])).toEqual(new Set([key]));
  await api.members.remove({ memberId: admin.memberId });

  expect((await api.members.list()).map(({ id }) => id)).toEqual([member.memberId]);
  expect(await listMemberships(world.db, admin.user.id)).toEqual([]);
  expect(await findListeners(world.db, [key])).toEqual(new Set());
  // As a request whose context was made a moment before the removal.
  await expect(admin.api.members.remove({ memberId: member.memberId })).rejects.toMatchObject(
    refused("auth.forbidden"),
  );
  expect(await world.announced(tenantId)).toContainEqual({ type: "member.removed", memberId: admin.memberId });
  expect(await audited(world, tenantId)).toContainEqual({
    action: "member.removed",
    by: member.memberId,
    of: admin.memberId,
  });
});

test("what a removed member had waits for a colleague, and what they wrote keeps their name", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { tenantId, conversationId, api } = contact;
  const helper = await world.colleague(tenantId, "member", "Grace");
  await helper.api.conversations.takeOver({ conversationId });
  await helper.api.conversations.postMessage({ conversationId, id: world.messageId(), text: "I am on it." });
  const before = await api.conversations.get({ conversationId });
  await api.members.remove({ memberId: helper.memberId });

  const after = await api.conversations.get({ conversationId });
  expect(after).toMatchObject({ status: "open", assignee: null, ownershipEpoch: before.ownershipEpoch + 1 });
  const said = (await api.conversations.messages({ conversationId })).messages;
  expect(said.at(-1)).toMatchObject({ text: "I am on it.", authorName: "Grace" });
  const changed = (await world.announced(tenantId)).filter(({ type }) => type === "conversation.changed");
  expect(changed.at(-1)).toMatchObject({ conversation: { id: conversationId, assignee: null, status: "open" } });
  await api.conversations.takeOver({ conversationId });
});

test("who may only read from now on loses their conversations", async () => {
  await using world = await createWorld();
  const { tenantId, conversationId, api } = await world.contact();
  const helper = await world.colleague(tenantId, "member");
  await helper.api.conversations.takeOver({ conversationId });
  await api.members.changeRole({ memberId: helper.memberId, role: "viewer" });
  expect(await api.conversations.get({ conversationId })).toMatchObject({ status: "open", assignee: null });
});

test("a takeover at the moment of the removal never leaves a conversation with somebody who is gone", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { tenantId, conversationId, api } = contact;
  for (let round = 0; round < 10; round++) {
    const helper = await world.colleague(tenantId, "member");
    await Promise.allSettled([
      world.db.transaction(tenantId, (tx) => takeOver(tx, helper.memberId, conversationId)),
      api.members.remove({ memberId: helper.memberId }),
    ]);
    const [row] = await world.db.read(tenantId, (read) =>
      read.select().from(conversations).where(eq(conversations.id, conversationId)),
    );
    expect(row?.assigneeId).toBeNull();
  }
});

test("a member of another tenant can't be changed or removed, and can't be told from one who does not exist", async () => {
  await using world = await createWorld();
  const ours = await world.tenant();
  const theirs = await world.tenant();
  const answers = [];
  for (const memberId of [theirs.member.memberId, MemberId.parse(randomUUID())]) {
    for (const attempt of [
      () => ours.api.members.remove({ memberId }),
      () => ours.api.members.changeRole({ memberId, role: "viewer" }),
      () => ours.api.members.transferOwnership({ memberId }),
    ]) {
      answers.push(await attempt().catch((error: Error) => error.message));
    }
  }
  expect(new Set(answers)).toEqual(new Set(["member.not_found"]));
  expect(await rolesOf(world, ours.tenantId)).toEqual({ [ours.member.memberId]: "owner" });
});

test("invitations that a removed member sent are void; a demoted one's as far as they may not invite so any more", async () => {
  await using world = await createWorld();
  const { tenantId, api } = await world.tenant();
  const second = await world.colleague(tenantId, "owner");
  const admin = await world.colleague(tenantId, "admin");
  const send = async (by: typeof second, role: "owner" | "member") => {
    const id = randomUUID();
    await by.api.invitations.create({ id, email: `${id}@example.com`, role } as never);
    return id;
  };
  const byAdmin = await send(admin, "member");
  const [ownersPlace, membersPlace] = [await send(second, "owner"), await send(second, "member")];
  await api.members.remove({ memberId: admin.memberId });
  await api.members.changeRole({ memberId: second.memberId, role: "admin" });

  const rows = await world.db.read(tenantId, (read) => read.select().from(invitations));
  const isVoid = Object.fromEntries(rows.map(({ id, revokedAt }) => [id, revokedAt !== null]));
  expect(isVoid).toEqual({ [byAdmin]: true, [ownersPlace]: true, [membersPlace]: false });
});

test("API keys that somebody made are void once they are gone or may not manage keys any more; a colleague's go on, also in place of theirs", async () => {
  await using world = await createWorld();
  const { tenantId, api } = await world.tenant();
  const make = async (by: { api: typeof api }) => {
    const id = ApiKeyId.parse(randomUUID());
    return { id, ...(await by.api.apiKeys.create({ id, name: "Reports", scopes: ["documents:read"] })) };
  };
  const opens = async ({ key }: { key: string }) => (await openWithApiKey(world.db, key))?.isGood;
  const [gone, left, demoted, stays] = [
    await world.colleague(tenantId, "admin"),
    await world.colleague(tenantId, "admin"),
    await world.colleague(tenantId, "admin"),
    await world.colleague(tenantId, "admin"),
  ];
  const [ofGone, replaced, ofLeft, ofDemoted, ofStays] = [
    await make(gone),
    await make(gone),
    await make(left),
    await make(demoted),
    await make(stays),
  ];
  const inItsPlace = await api.apiKeys.rotate({ id: replaced.id, newId: ApiKeyId.parse(randomUUID()) });
  await api.members.remove({ memberId: gone.memberId });
  await left.api.members.leave();
  await api.members.changeRole({ memberId: demoted.memberId, role: "member" });
  await api.members.changeRole({ memberId: stays.memberId, role: "owner" });

  for (const key of [ofGone, replaced, ofLeft, ofDemoted]) expect(await opens(key)).toBe(false);
  for (const key of [inItsPlace, ofStays]) expect(await opens(key)).toBe(true);
  const revoked = (await audited(world, tenantId)).filter(({ action }) => action === "api_key.revoked");
  expect(revoked.map(({ of }) => of).sort()).toEqual([ofGone, replaced, ofLeft, ofDemoted].map(({ id }) => id).sort());
});

// As requests whose context was made a moment before: the caller still says "admin".
test.each([
  ["removed", (api: MemberApi, memberId: MemberId) => api.members.remove({ memberId })],
  ["made a viewer", (api: MemberApi, memberId: MemberId) => api.members.changeRole({ memberId, role: "viewer" })],
])(
  "a request of somebody who has just been %s makes, replaces and revokes no key, and renames nothing",
  async (_, change) => {
    await using world = await createWorld();
    const { tenantId, api } = await world.tenant();
    const admin = await world.colleague(tenantId, "admin");
    const newId = () => ApiKeyId.parse(randomUUID());
    const id = newId();
    await api.apiKeys.create({ id, name: "Reports", scopes: ["documents:read"] });
    await change(api, admin.memberId);
    const before = [await api.apiKeys.list(), await api.tenants.list()];

    for (const attempt of [
      () => admin.api.apiKeys.create({ id: newId(), name: "Mine", scopes: ["documents:read"] }),
      () => admin.api.apiKeys.rotate({ id, newId: newId() }),
      () => admin.api.apiKeys.revoke({ id }),
      () => admin.api.tenants.rename({ name: "Mine" }),
    ]) {
      await expect(attempt()).rejects.toMatchObject(refused("auth.forbidden"));
    }
    expect([await api.apiKeys.list(), await api.tenants.list()]).toEqual(before);
  },
);

test("an owner who has just been made an admin asks nobody for a second factor", async () => {
  await using world = await createWorld();
  const { tenantId, api, owner } = await world.tenant();
  const second = await world.colleague(tenantId, "owner");
  const { user, member } = second;
  const proven = world.apiFor({
    user,
    session: { id: randomUUID(), fresh: true, secondFactor: true },
    caller: { kind: "member", tenantId, ...member, role: "owner" },
  });
  await api.members.changeRole({ memberId: second.memberId, role: "admin" });
  const asking = proven.tenants.requireSecondFactor({ requireSecondFactor: true });
  await expect(asking).rejects.toMatchObject(refused("auth.forbidden"));
  expect(await listMemberships(world.db, owner.userId)).toMatchObject([{ requireSecondFactor: false }]);
});

test("one person founds and belongs to several workspaces, up to a limit, and a retry founds none twice", async () => {
  await using world = await createWorld();
  const ada = await world.login("Ada");
  const key = randomUUID();
  const name = "Bücher & Söhne";
  const [made, again] = await Promise.all([
    ada.api.tenants.create({ key, name }),
    ada.api.tenants.create({ key, name }),
  ]);
  expect(made).toEqual(again);
  for (let count = 1; count < 20; count++) await ada.api.tenants.create({ key: randomUUID(), name });
  await expect(ada.api.tenants.create({ key: randomUUID(), name })).rejects.toMatchObject(refused("tenant.too_many"));

  const listed = await ada.api.tenants.list();
  expect(listed).toHaveLength(20);
  expect(listed).toContainEqual({
    tenantId: made.tenantId,
    tenantName: name,
    memberId: made.memberId,
    name: "Ada",
    role: "owner",
    requireSecondFactor: false,
  });
  const stranger = await world.login("Eve");
  expect((await stranger.api.tenants.create({ key, name })).tenantId).not.toBe(made.tenantId);
});

test("where not everybody may come, whoever is signed in is told so, and founds no workspace", async () => {
  await using world = await createWorld();
  const { id, name, email, api } = await world.login("Ada");
  expect(await api.session.me()).toMatchObject({ mayFound: true });
  const closed = world.apiFor({ user: { id, name, email }, isOpen: false });
  expect(await closed.session.me()).toMatchObject({ tenant: null, mayFound: false });
  const founding = closed.tenants.create({ key: randomUUID(), name: "Another" });
  await expect(founding).rejects.toMatchObject(refused("tenant.founding_closed"));
  expect(await api.tenants.list()).toEqual([]);
});

test("whoever founds and accepts many at once gets no more than the limit, however they come", async () => {
  await using world = await createWorld();
  const ada = await world.login("Ada");
  const found = () => ada.api.tenants.create({ key: randomUUID(), name: "Another" });
  for (let count = 0; count < 17; count++) await found();
  const invited: string[] = [];
  for (let count = 0; count < 5; count++) {
    const { api } = await world.tenant();
    await api.invitations.create({ id: InvitationId.parse(randomUUID()), email: ada.email, role: "member" });
    invited.push(world.mails.at(-1)?.text.match(/#(\S+)/)?.[1] ?? "");
  }
  const outcomes = await Promise.allSettled([
    ...invited.map((token) => ada.api.invitations.accept({ token })),
    ...Array.from({ length: 5 }, found),
  ]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject(refused("tenant.too_many"));
  }
  expect(await listMemberships(world.db, ada.id)).toHaveLength(20);
  // Of what was refused nothing is left, and a place that is left can be taken.
  const [first] = await listMemberships(world.db, ada.id);
  if (!first) throw new Error("nobody belongs anywhere");
  await world.db.transaction(first.tenantId, (tx) =>
    tx.update(members).set({ removedAt: sql`now()` }).where(eq(members.id, first.memberId)),
  );
  await found();
});

test("a workspace is renamed by owners and admins; only its owner asks for a second factor, having used one", async () => {
  await using world = await createWorld();
  const { tenantId, owner, member, api } = await world.tenant();
  const admin = await world.colleague(tenantId, "admin");
  await admin.api.tenants.rename({ name: "  Another\nname " });
  await expect(admin.api.tenants.requireSecondFactor({ requireSecondFactor: true })).rejects.toMatchObject(
    refused("auth.forbidden"),
  );
  await expect(api.tenants.requireSecondFactor({ requireSecondFactor: true })).rejects.toMatchObject(
    refused("auth.factor_required"),
  );
  const proven = world.apiFor({
    user: { id: owner.userId, name: "Ada", email: "ada@example.com" },
    session: { id: randomUUID(), fresh: true, secondFactor: true },
    caller: { kind: "member", tenantId, ...member, role: "owner" },
  });
  await proven.tenants.requireSecondFactor({ requireSecondFactor: true });

  expect(await listMemberships(world.db, admin.user.id)).toMatchObject([
    { tenantName: "Another name", requireSecondFactor: true },
  ]);
  const changes = (await audited(world, tenantId)).filter(({ action }) => action === "workspace.changed");
  expect(changes.map(({ by }) => by)).toEqual([admin.memberId, member.memberId]);
});
