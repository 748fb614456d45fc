import { findLoginByEmail } from "@parley/auth";
import { type InvitationId, memberLimits, type Role } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { invitations, members } from "@parley/db/schema";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, getActor, lockMembers } from "../tenants/acting-member.ts";
import {
  checkMayInvite,
  getInvitation,
  isOpen,
  newToken,
  type Sending,
  sendInvitation,
  whenOver,
} from "./invitation-rows.ts";
import { hashToken } from "./invitation-token.ts";
import { revoke } from "./revoke-invitation.ts";

export type NewInvitation = { id: InvitationId; email: string; role: Role };

/**
 * Invites whoever has the address, by mail. It takes the place of an open invitation for the same address. The client chooses the id:
 * a retry sends nothing more.
 *
 * @param invitation.email in lower case
 * @throws AppError `auth.forbidden`, `member.known`, `invitation.too_many`; `invitation.id_taken` when that id names another one
 */
export async function invite(
  db: Database,
  sending: Sending,
  actor: Actor,
  { id, email, role }: NewInvitation,
): Promise<void> {
  const login = await findLoginByEmail(db, email);
  await db.transaction(sending.tenantId, async (tx) => {
    await lockMembers(tx);
    const by = await getActor(tx, actor);
    checkMayInvite(by, role);
    const [known] = await tx.select().from(invitations).where(eq(invitations.id, id));
    if (known) {
      if (known.email !== email || known.role !== role) throw new AppError("invitation.id_taken");
      return;
    }
    if (login) {
      const belongs = and(eq(members.userId, login.id), isNull(members.removedAt));
      if ((await tx.$count(members, belongs)) > 0) throw new AppError("member.known");
    }
    const today = gt(invitations.createdAt, sql`now() - interval '1 day'`);
    if ((await tx.$count(invitations, today)) >= memberLimits.invitationsADay)
      throw new AppError("invitation.too_many");

    const former = await tx
      .select()
      .from(invitations)
      .where(and(eq(invitations.email, email), isOpen));
    for (const { role: formerRole } of former) checkMayInvite(by, formerRole);
    for (const invitation of former) await revoke(tx, actor, invitation);
    const token = newToken(sending);
    const invitation = { id, email, role, invitedBy: by.id };
    await tx.insert(invitations).values({ ...invitation, tokenSha256: hashToken(token), expiresAt: whenOver });
    await sendInvitation(tx, sending, invitation, token);
    await recordInvited(tx, actor, id, { role, mails: 1 });
  });
}

/**
 * Sends an invitation again, with a new link and seven more days; the link before it is void.
 *
 * @throws AppError `auth.forbidden`; `invitation.not_found`, also for one that is used or revoked; `invitation.too_many` when the last
 *   mail is less than a minute old, or there were five
 */
export async function resendInvitation(
  tx: TenantTransaction,
  sending: Sending,
  actor: Actor,
  id: InvitationId,
): Promise<void> {
  await lockMembers(tx);
  const by = await getActor(tx, actor);
  const invitation = await getInvitation(tx, id);
  checkMayInvite(by, invitation.role);
  if (invitation.acceptedAt || invitation.revokedAt) throw new AppError("invitation.not_found");
  const token = newToken(sending);
  const { mailsOfInvitation, secondsBetweenMails } = memberLimits;
  const mayAgain = sql`${invitations.mails} < ${mailsOfInvitation}
    and ${invitations.sentAt} <= now() - make_interval(secs => ${secondsBetweenMails})`;
  const [sent] = await tx
    .update(invitations)
    .set({
      tokenSha256: hashToken(token),
      invitedBy: by.id,
      sentAt: sql`now()`,
      mails: sql`${invitations.mails} + 1`,
      expiresAt: whenOver,
    })
    .where(and(eq(invitations.id, id), mayAgain))
    .returning();
  if (!sent) throw new AppError("invitation.too_many");
  await sendInvitation(tx, sending, sent, token);
  await recordInvited(tx, actor, id, sent);
}

const recordInvited = (
  tx: TenantTransaction,
  { memberId, ip }: Actor,
  id: InvitationId,
  { role, mails }: { role: Role; mails: number },
) =>
  recordAudit(tx, {
    action: "member.invited",
    actor: { kind: "member", id: memberId },
    target: { kind: "invitation", id },
    ip,
    details: { role, mails },
  });
