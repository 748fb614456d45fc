import { findLogins, renewSessions, type User } from "@parley/auth";
import type { MemberId, TenantId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { invitations, members, tenants } from "@parley/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { announce } from "../outbox/announce.ts";
import { lockMembers } from "../tenants/acting-member.ts";
import { checkMayJoin } from "../tenants/check-may-join.ts";
import { type InvitationRow, isNotOver, isOpen } from "./invitation-rows.ts";
import { hashToken, tenantOfToken } from "./invitation-token.ts";

/**
 * What whoever has the link may know before they sign in: who invites, and to what.
 *
 * @throws AppError `invitation.not_found` for one that was never sent, is used, revoked or over: they can't be told apart
 */
export async function lookAtInvitation(db: Database, token: string): Promise<{ workspace: string; inviter: string }> {
  const tenantId = tenantOfToken(token);
  if (!tenantId) throw new AppError("invitation.not_found");
  const [found] = await db.read(tenantId, (read) =>
    read
      .select({ workspace: tenants.name, inviter: members.name })
      .from(invitations)
      .innerJoin(tenants, eq(tenants.tenantId, invitations.tenantId))
      .innerJoin(members, and(eq(members.tenantId, invitations.tenantId), eq(members.id, invitations.invitedBy)))
      .where(and(eq(invitations.tokenSha256, hashToken(token)), isOpen, isNotOver)),
  );
  if (!found) throw new AppError("invitation.not_found");
  return found;
}

/**
 * Makes the user a member, with the role that they were invited for. Accepting again changes nothing, as long as they are one.
 *
 * @throws AppError `invitation.not_found`; `invitation.other_address` when it is not for the user's address; `email.not_verified` when
 *   nobody knows yet that the address is the user's; `tenant.too_many`
 */
export async function acceptInvitation(
  db: Database,
  user: User,
  { token, ip }: { token: string; ip: string | null },
): Promise<{ tenantId: TenantId; memberId: MemberId }> {
  const tenantId = tenantOfToken(token);
  if (!tenantId) throw new AppError("invitation.not_found");
  const [login] = await findLogins(db, [user.id]);
  if (!login) throw new AppError("auth.required");

  return db.transaction(tenantId, async (tx) => {
    await lockMembersOf(tx);
    const [invitation] = await tx
      .select()
      .from(invitations)
      .where(eq(invitations.tokenSha256, hashToken(token)));
    if (!invitation) throw new AppError("invitation.not_found");
    const [known] = await tx.select().from(members).where(eq(members.userId, user.id));
    const belongs = known && !known.removedAt ? known : undefined;
    if (belongs && invitation.acceptedBy === belongs.id) return { tenantId, memberId: belongs.id };

    const open = and(eq(invitations.id, invitation.id), isOpen, isNotOver);
    if ((await tx.$count(invitations, open)) === 0) throw new AppError("invitation.not_found");
    if (login.email.toLowerCase() !== invitation.email) throw new AppError("invitation.other_address");
    if (!login.emailVerified) throw new AppError("email.not_verified");
    if (!belongs) await checkMayJoin(tx, user.id);

    // Whoever is a member by now keeps the role that they have: an invitation is no way to another one.
    const member = belongs ?? (await join(tx, user, invitation, known?.id));
    await tx
      .update(invitations)
      .set({ acceptedAt: sql`now()`, acceptedBy: member.id })
      .where(eq(invitations.id, invitation.id));
    await recordAudit(tx, {
      action: "invitation.accepted",
      actor: { kind: "member", id: member.id },
      target: { kind: "invitation", id: invitation.id },
      ip,
      details: { role: member.role },
    });
    return { tenantId, memberId: member.id };
  });
}

/** A tenant that is gone is answered for as an invitation that never was. */
async function lockMembersOf(tx: TenantTransaction): Promise<void> {
  try {
    await lockMembers(tx);
  } catch (error) {
    if (error instanceof AppError) throw new AppError("invitation.not_found", { cause: error });
    throw error;
  }
}

/** @param formerId who they were when they belonged to the tenant before: that is who they are again */
async function join(tx: TenantTransaction, user: User, { role }: InvitationRow, formerId: MemberId | undefined) {
  const { id: userId, name } = user;
  const [member] = formerId
    ? await tx.update(members).set({ name, role, removedAt: null }).where(eq(members.id, formerId)).returning()
    : await tx.insert(members).values({ userId, name, role }).returning();
  if (!member) throw new Error("a member was written and is not there");
  await renewSessions(tx, userId);
  await announce(tx, { type: "member.changed", memberId: member.id, role });
  return member;
}
