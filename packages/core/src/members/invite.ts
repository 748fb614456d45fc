import { findLoginByEmail } from "@parley/auth";
import { type InvitationId, memberLimits, type Role, type TenantId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { invitations, members } from "@parley/db/schema";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, getActor, lockMembers, type MemberRow } from "../tenants/acting-member.ts";
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

/** Counts what is about to be mailed. @throws AppError `rate.exceeded` */
type BeginSending = () => Promise<Sending>;

/**
 * Invites whoever has the address, by mail. It takes the place of an open invitation for the same address. The client chooses the id:
 * a retry sends nothing more, and counts as none.
 *
 * @param begin called once it is known that there is something to mail, and outside of transactions: it asks the counter
 * @param invitation.email in lower case
 * @throws AppError `auth.forbidden`, `member.known`, `invitation.too_many`; `invitation.id_taken` when that id names another one; what
 *   `begin` throws
 */
export async function invite(
  db: Database,
  { actor, tenantId, begin }: { actor: Actor; tenantId: TenantId; begin: BeginSending },
  { id, email, role }: NewInvitation,
): Promise<void> {
  const login = await findLoginByEmail(db, email);

  /** @returns who invites, and the open invitations whose place it takes; undefined when it was made before */
  async function look(tx: TenantTransaction) {
    const by = await getActor(tx, actor);
    checkMayInvite(by, role);
    const [known] = await tx.select().from(invitations).where(eq(invitations.id, id));
    if (known) {
      if (known.email !== email || known.role !== role) throw new AppError("invitation.id_taken");
      return undefined;
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
    return { by, former };
  }

  if (!(await db.transaction(tenantId, look))) return;
  const sending = await begin();
  await db.transaction(tenantId, async (tx) => {
    await lockMembers(tx);
    // Once more, since others did not wait meanwhile.
    const found = await look(tx);
    if (!found) return;
    const { by, former } = found;
    for (const invitation of former) await revoke(tx, actor, invitation);
    const token = newToken(sending);
    const invitation = { id, email, role, invitedBy: by.id };
    await tx.insert(invitations).values({ ...invitation, tokenSha256: hashToken(token), expiresAt: whenOver });
    await sendInvitation(tx, sending, invitation, token);
    await recordInvited(tx, actor, id, { role, mails: 1 });
  });
}

const { mailsOfInvitation, secondsBetweenMails } = memberLimits;
const mayAgain = sql<boolean>`${invitations.mails} < ${mailsOfInvitation}
  and ${invitations.sentAt} <= now() - make_interval(secs => ${secondsBetweenMails})`;

/**
 * Looks whether an invitation can be sent again.
 *
 * @returns whom it is for
 * @throws AppError `auth.forbidden`; `invitation.not_found`, also for one that is used or revoked; `invitation.too_many` when the last
 *   mail is less than a minute old, or there were five
 */
export async function checkMayResend(
  tx: TenantTransaction,
  actor: Actor,
  id: InvitationId,
): Promise<{ by: MemberRow; email: string }> {
  const by = await getActor(tx, actor);
  const invitation = await getInvitation(tx, id);
  checkMayInvite(by, invitation.role);
  if (invitation.acceptedAt || invitation.revokedAt) throw new AppError("invitation.not_found");
  if ((await tx.$count(invitations, and(eq(invitations.id, id), mayAgain))) === 0)
    throw new AppError("invitation.too_many");
  return { by, email: invitation.email };
}

/** Sends an invitation again, with a new link and seven more days; the link before it is void. @throws as `checkMayResend` */
export async function resendInvitation(
  tx: TenantTransaction,
  sending: Sending,
  actor: Actor,
  id: InvitationId,
): Promise<void> {
  await lockMembers(tx);
  const { by } = await checkMayResend(tx, actor, id);
  const token = newToken(sending);
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
