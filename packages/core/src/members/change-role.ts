import { renewSessions } from "@parley/auth";
import { type MemberId, type Role, UserId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { members } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { revokeApiKeysOf } from "../api-keys/revoke-api-key.ts";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { releaseConversations } from "../conversations/release-conversations.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, getActor, lockMembers, type MemberRow } from "../tenants/acting-member.ts";
import { may } from "../tenants/permissions.ts";
import { getMember, keepAnOwner } from "./member-rows.ts";
import { revokeInvitationsOf } from "./revoke-invitation.ts";

/**
 * Gives a member another role. Only owners make owners, or change them; the last owner stays one. Whoever may not answer any more
 * loses their conversations, and whoever may not manage keys any more the keys that they made. The same role again changes nothing.
 *
 * @throws AppError `auth.forbidden`, `member.not_found`, `member.last_owner`
 */
export async function changeRole(
  tx: TenantTransaction,
  actor: Actor,
  { memberId, role }: { memberId: MemberId; role: Role },
): Promise<void> {
  await lockMembers(tx);
  const by = await getActor(tx, actor);
  const member = await getMember(tx, memberId);
  if (!may(by.role, "members.manage")) throw new AppError("auth.forbidden");
  if ([member.role, role].includes("owner") && !may(by.role, "owners.manage")) throw new AppError("auth.forbidden");
  if (member.role === role) return;
  await keepAnOwner(tx, member);
  await setRole(tx, actor, member, role);
}

/**
 * Makes another member an owner, and the owner who does it an admin. Done already, it changes nothing.
 *
 * @throws AppError `auth.forbidden`, `member.not_found`
 */
export async function transferOwnership(tx: TenantTransaction, actor: Actor, memberId: MemberId): Promise<void> {
  await lockMembers(tx);
  const by = await getActor(tx, actor);
  if (!may(by.role, "owners.manage")) throw new AppError("auth.forbidden");
  const member = await getMember(tx, memberId);
  if (member.id === by.id) return;
  if (member.role !== "owner") await setRole(tx, actor, member, "owner");
  await setRole(tx, actor, by, "admin");
}

async function setRole(tx: TenantTransaction, actor: Actor, member: MemberRow, role: Role): Promise<void> {
  await tx.update(members).set({ role }).where(eq(members.id, member.id));
  if (!may(role, "conversations.answer")) await releaseConversations(tx, member.id);
  await revokeInvitationsOf(tx, actor, member, role);
  if (!may(role, "api_keys.manage")) await revokeApiKeysOf(tx, actor, member.id);
  await renewSessions(tx, UserId.parse(member.userId));
  await announce(tx, { type: "member.changed", memberId: member.id, role });
  await recordAudit(tx, {
    action: "member.role_changed",
    actor: { kind: "member", id: actor.memberId },
    target: { kind: "member", id: member.id },
    ip: actor.ip,
    details: { from: member.role, to: role },
  });
}
