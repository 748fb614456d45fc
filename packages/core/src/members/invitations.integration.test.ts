import { randomUUID } from "node:crypto";
import { InvitationId, memberLimits, type Role, type TenantId } from "@parley/contracts";
import { invitations, members } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { listAuditEntries } from "../audit/list-entries.ts";
import { createWorld, type World } from "../testing/world.ts";
import { findInviting } from "./find-inviting.ts";

const newId = () => InvitationId.parse(randomUUID());
const refused = (code: string) => ({ cause: { code } });
const rowsOf = (world: World, tenantId: TenantId) =>
  world.db.read(tenantId, (read) => read.select().from(invitations).orderBy(invitations.createdAt));
/** As if so much time had gone by since the invitations were sent. */
const letPass = (world: World, tenantId: TenantId, interval: string) =>
  world.db.transaction(tenantId, (tx) =>
    tx.update(invitations).set({
      sentAt: sql`${invitations.sentAt} - ${interval}::interval`,
      createdAt: sql`${invitations.createdAt} - ${interval}::interval`,
      expiresAt: sql`${invitations.expiresAt} - ${interval}::interval`,
    }),
  );

/** What the newest mail's link holds behind the #. */
function newestToken({ mails }: World): string {
  const [, token] = /\/invitation#(\S+)/.exec(mails.at(-1)?.text ?? "") ?? [];
  if (!token) throw new Error("no mail has a link");
  return token;
}

/** An invitation for somebody with a login. */
async function invited(world: World, { role = "member" as Role, emailVerified = true } = {}) {
  const tenant = await world.tenant();
  const guest = await world.login("Grace", { emailVerified });
  const id = newId();
  await tenant.api.invitations.create({ id, email: guest.email, role });
  return { ...tenant, guest, id, token: newestToken(world) };
}

test("an invitation goes out by mail once, however often it is asked for, and only its hash is stored", async () => {
  await using world = await createWorld();
  const { tenantId, api, member } = await world.tenant();
  const invitation = { id: newId(), email: "Grace@Example.com", role: "admin" } as const;
  await Promise.all([api.invitations.create(invitation), api.invitations.create(invitation)]);

  expect(world.mails).toMatchObject([{ to: "grace@example.com", subject: "Ada invites you to A tenant" }]);
  const token = newestToken(world);
  const [row] = await rowsOf(world, tenantId);
  expect(row).toMatchObject({ email: "grace@example.com", role: "admin", invitedBy: member.memberId });
  expect(JSON.stringify(row)).not.toContain(token);
  const { entries } = await listAuditEntries(world.db, tenantId, {});
  expect(entries).toContainEqual(
    expect.objectContaining({ action: "member.invited", target: { kind: "invitation", id: invitation.id } }),
  );
  expect(JSON.stringify(entries)).not.toContain("grace@example.com");
  await expect(api.invitations.create({ ...invitation, role: "viewer" })).rejects.toMatchObject(
    refused("invitation.id_taken"),
  );
});

test("names in the mail are text, whatever they hold", async () => {
  await using world = await createWorld();
  const { tenantId } = await world.tenant();
  const admin = await world.colleague(tenantId, "admin", "<img src=x>\r\nBcc: eve@example.com");
  await admin.api.invitations.create({ id: newId(), email: "grace@example.com", role: "member" });

  const [mail] = world.mails;
  expect(mail?.html).toContain("&lt;img src=x&gt; Bcc: eve@example. com");
  expect(mail?.html).not.toContain("<img");
  expect(mail?.subject).not.toMatch(/[\r\n]/);
});

test("no name in the mail becomes a link", async () => {
  await using world = await createWorld();
  const { tenantId } = await world.tenant();
  const admin = await world.colleague(tenantId, "admin", "https://evil.example/free www.evil.example");
  await admin.api.invitations.create({ id: newId(), email: "grace@example.com", role: "member" });
  const [mail] = world.mails;
  for (const text of [mail?.subject, mail?.text, mail?.html]) {
    expect(text).toContain("https evil. example/free www. evil. example");
    expect(text).not.toMatch(/evil\.example|:\/\/evil/);
  }
});

test("whoever has the link sees the workspace and who invites before they sign in, and nothing else", async () => {
  await using world = await createWorld();
  const { token } = await invited(world);
  const stranger = world.apiFor({});
  expect(await stranger.invitations.look({ token })).toEqual({ workspace: "A tenant", inviter: "Ada" });
});

test("who was invited becomes a member with the role, once; again changes nothing", async () => {
  await using world = await createWorld();
  const { tenantId, guest, id, token } = await invited(world, { role: "viewer" });
  const [first, again] = await Promise.all([
    guest.api.invitations.accept({ token }),
    guest.api.invitations.accept({ token }),
  ]);

  expect(again).toEqual(first);
  expect(first.tenantId).toBe(tenantId);
  expect(await guest.api.tenants.list()).toMatchObject([{ tenantId, memberId: first.memberId, role: "viewer" }]);
  expect(await world.announced(tenantId)).toEqual([
    { type: "member.changed", memberId: first.memberId, role: "viewer" },
  ]);
  const accepted = (await listAuditEntries(world.db, tenantId, {})).entries.filter(
    ({ action }) => action === "invitation.accepted",
  );
  expect(accepted).toMatchObject([{ actor: { id: first.memberId }, target: { id } }]);
});

test("nobody else can use an invitation, nor its addressee before the address is verified, and it stays good", async () => {
  await using world = await createWorld();
  const { guest, token } = await invited(world, { emailVerified: false });
  const thief = await world.login("Eve");
  await expect(thief.api.invitations.accept({ token })).rejects.toMatchObject(refused("invitation.other_address"));
  await expect(guest.api.invitations.accept({ token })).rejects.toMatchObject(refused("email.not_verified"));
  await expect(world.apiFor({}).invitations.accept({ token })).rejects.toMatchObject(refused("auth.required"));
  expect(await guest.api.tenants.list()).toEqual([]);

  await world.db.transaction("auth", (tx) =>
    tx.execute(sql`update auth."user" set email_verified = true where id = ${guest.id}`),
  );
  await guest.api.invitations.accept({ token });
  await expect(thief.api.invitations.accept({ token })).rejects.toMatchObject(refused("invitation.not_found"));
});

test("an invitation that is used, revoked, over or sent anew can't be told from one that never was", async () => {
  await using world = await createWorld();
  const used = await invited(world);
  await used.guest.api.invitations.accept({ token: used.token });
  const revoked = await invited(world);
  await revoked.api.invitations.revoke({ invitationId: revoked.id });
  await revoked.api.invitations.revoke({ invitationId: revoked.id });
  const over = await invited(world);
  await letPass(world, over.tenantId, `${memberLimits.invitationDays} days 1 second`);
  const renewed = await invited(world);
  await letPass(world, renewed.tenantId, `${memberLimits.secondsBetweenMails} seconds`);
  await renewed.api.invitations.resend({ invitationId: renewed.id });
  const unknownTenant = `${randomUUID().replaceAll("-", "")}_${"a".repeat(43)}`;
  const unknown = `${used.token.slice(0, 33)}${"a".repeat(43)}`;

  const stranger = world.apiFor({});
  const answers = new Set<unknown>();
  for (const token of [used.token, revoked.token, over.token, renewed.token, unknown, unknownTenant, "", "x"]) {
    answers.add(await stranger.invitations.look({ token }).catch(({ message }: Error) => message));
    const visitor = token === used.token ? await world.login("Eve") : revoked.guest;
    answers.add(await visitor.api.invitations.accept({ token }).catch(({ message }: Error) => message));
  }
  expect(answers).toEqual(new Set(["invitation.not_found"]));
  await renewed.guest.api.invitations.accept({ token: newestToken(world) });
});

test("an invitation is good for seven days to the last second", async () => {
  await using world = await createWorld();
  const { tenantId, guest, token } = await invited(world);
  await letPass(world, tenantId, `${memberLimits.invitationDays} days -30 seconds`);
  await guest.api.invitations.accept({ token });
});

test("a new invitation for an address takes the place of the open one, and a member is not invited", async () => {
  await using world = await createWorld();
  const { api, tenantId, guest, token } = await invited(world, { role: "viewer" });
  await api.invitations.create({ id: newId(), email: guest.email, role: "admin" });
  await expect(guest.api.invitations.accept({ token })).rejects.toMatchObject(refused("invitation.not_found"));
  await guest.api.invitations.accept({ token: newestToken(world) });
  expect(await guest.api.tenants.list()).toMatchObject([{ role: "admin" }]);
  expect(await api.invitations.list()).toEqual([]);

  const again = api.invitations.create({ id: newId(), email: guest.email.toUpperCase(), role: "owner" });
  await expect(again).rejects.toMatchObject(refused("member.known"));
  expect(await rowsOf(world, tenantId)).toHaveLength(2);
  const { entries } = await listAuditEntries(world.db, tenantId, { action: "invitation.revoked" });
  expect(entries).toMatchObject([{ target: { kind: "invitation" }, actor: { kind: "member" } }]);
});

test("admins invite everybody but owners, and touch no invitation of an owner's to be", async () => {
  await using world = await createWorld();
  const { api, tenantId } = await world.tenant();
  const admin = await world.colleague(tenantId, "admin");
  const ownersPlace = { id: newId(), email: "grace@example.com", role: "owner" } as const;
  await expect(admin.api.invitations.create(ownersPlace)).rejects.toMatchObject(refused("auth.forbidden"));
  await api.invitations.create(ownersPlace);
  await letPass(world, tenantId, "1 hour");
  for (const attempt of [
    () => admin.api.invitations.resend({ invitationId: ownersPlace.id }),
    () => admin.api.invitations.revoke({ invitationId: ownersPlace.id }),
    () => admin.api.invitations.create({ id: newId(), email: ownersPlace.email, role: "viewer" }),
  ]) {
    await expect(attempt()).rejects.toMatchObject(refused("auth.forbidden"));
  }
  expect(await rowsOf(world, tenantId)).toMatchObject([{ role: "owner", revokedAt: null, mails: 1 }]);
});

test("[T1] an invitation that is not to be mailed looks like any other, and who may not send one spends nothing", async () => {
  await using world = await createWorld();
  const { tenantId } = await world.tenant();
  const { user, member } = await world.colleague(tenantId, "admin");
  const countInvitation = vi.fn(async () => false);
  const caller = { kind: "member", tenantId, ...member, role: "admin" } as const;
  const { invitations } = world.apiFor({ user, caller, countInvitation });
  const email = "grace@example.com";
  await expect(invitations.create({ id: newId(), email, role: "owner" })).rejects.toMatchObject(
    refused("auth.forbidden"),
  );
  expect(countInvitation).not.toHaveBeenCalled();
  await invitations.create({ id: newId(), email, role: "viewer" });
  expect(countInvitation).toHaveBeenCalledWith(tenantId, email);
  expect(world.mails).toEqual([]);
  expect(await rowsOf(world, tenantId)).toMatchObject([{ email, mails: 1, revokedAt: null }]);
});

test("an address has as many mails counted as it is sent: none for a retry, a member, or a mail that comes too soon", async () => {
  await using world = await createWorld();
  const { tenantId } = await world.tenant();
  const { user, member } = await world.colleague(tenantId, "admin");
  const countInvitation = vi.fn(async () => true);
  const caller = { kind: "member", tenantId, ...member, role: "admin" } as const;
  const { invitations } = world.apiFor({ user, caller, countInvitation });
  const invitation = { id: newId(), email: "grace@example.com", role: "viewer" } as const;
  for (let time = 0; time < 3; time++) await invitations.create(invitation);
  await expect(invitations.create({ ...invitation, role: "member" })).rejects.toMatchObject(
    refused("invitation.id_taken"),
  );
  await expect(invitations.create({ ...invitation, id: newId(), email: user.email })).rejects.toMatchObject(
    refused("member.known"),
  );
  await expect(invitations.resend({ invitationId: invitation.id })).rejects.toMatchObject(
    refused("invitation.too_many"),
  );
  expect(countInvitation).toHaveBeenCalledTimes(1);
  await letPass(world, tenantId, `${memberLimits.secondsBetweenMails} seconds`);
  await invitations.resend({ invitationId: invitation.id });
  expect(countInvitation).toHaveBeenCalledTimes(2);
  expect(world.mails).toHaveLength(2);
});

test("one invitation makes five mails at most and a minute apart; one workspace makes a hundred invitations a day", async () => {
  await using world = await createWorld();
  const { api, tenantId, id } = await invited(world);
  const again = () => api.invitations.resend({ invitationId: id });
  await expect(again()).rejects.toMatchObject(refused("invitation.too_many"));
  for (let mails = 1; mails < memberLimits.mailsOfInvitation; mails++) {
    await letPass(world, tenantId, `${memberLimits.secondsBetweenMails} seconds`);
    await again();
  }
  await letPass(world, tenantId, "1 hour");
  await expect(again()).rejects.toMatchObject(refused("invitation.too_many"));
  expect(world.mails).toHaveLength(memberLimits.mailsOfInvitation);

  const invite = (n: number) => api.invitations.create({ id: newId(), email: `a${n}@example.com`, role: "viewer" });
  for (let n = 1; n < memberLimits.invitationsADay; n++) await invite(n);
  await expect(invite(0)).rejects.toMatchObject(refused("invitation.too_many"));
  await letPass(world, tenantId, "1 day");
  await invite(0);
});

test("who was removed and is invited again is the member that they were", async () => {
  await using world = await createWorld();
  const { api, tenantId, guest, token } = await invited(world, { role: "admin" });
  const { memberId } = await guest.api.invitations.accept({ token });
  await api.members.remove({ memberId });
  await expect(guest.api.invitations.accept({ token })).rejects.toMatchObject(refused("invitation.not_found"));
  await api.invitations.create({ id: newId(), email: guest.email, role: "viewer" });
  expect(await guest.api.invitations.accept({ token: newestToken(world) })).toEqual({ tenantId, memberId });
  const [row] = await world.db.read(tenantId, (read) => read.select().from(members).where(eq(members.id, memberId)));
  expect(row).toMatchObject({ role: "viewer", removedAt: null });
});

test("an invitation of another tenant can't be sent again or revoked, and can't be told from none", async () => {
  await using world = await createWorld();
  const theirs = await invited(world);
  const ours = await world.tenant();
  const answers = [];
  for (const invitationId of [theirs.id, newId()]) {
    answers.push(await ours.api.invitations.resend({ invitationId }).catch(({ message }: Error) => message));
    answers.push(await ours.api.invitations.revoke({ invitationId }).catch(({ message }: Error) => message));
  }
  expect(new Set(answers)).toEqual(new Set(["invitation.not_found"]));
  await theirs.guest.api.invitations.accept({ token: theirs.token });
});

test("who may sign up by invitation is whom one was sent to that can be accepted, and nobody else", async () => {
  await using world = await createWorld();
  const { guest, token, tenantId } = await invited(world);
  const other = await invited(world);
  const inviting = (email: string, secret: string) => findInviting(world.db, email, secret);
  expect(await inviting(guest.email, token)).toBe("A tenant");
  expect(await inviting(other.guest.email, token)).toBeUndefined();
  expect(await inviting(guest.email, other.token)).toBeUndefined();
  const [ours = "", secret = ""] = token.split("_");
  const [theirs = ""] = other.token.split("_");
  expect(await inviting(guest.email, `${theirs}_${secret}`)).toBeUndefined();
  expect(await inviting(guest.email, `${ours}_${"x".repeat(43)}`)).toBeUndefined();
  expect(await inviting(guest.email, "no invitation at all")).toBeUndefined();
  await letPass(world, tenantId, `${memberLimits.invitationDays} days`);
  expect(await inviting(guest.email, token)).toBeUndefined();
});
