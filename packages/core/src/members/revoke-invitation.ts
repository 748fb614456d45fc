import type { InvitationId, Role } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { invitations } from "@parley/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, getActor, lockMembers, type MemberRow } from "../tenants/acting-member.ts";
import { checkMayInvite, getInvitation, type InvitationRow, isOpen, mayInvite } from "./invitation-rows.ts";

/**
 * Makes an invitation void. Twice changes nothing.
 *
 * @throws AppError `auth.forbidden`; `invitation.not_found`, also for one that was accepted
 */
export async function revokeInvitation(tx: TenantTransaction, actor: Actor, id: InvitationId): Promise<void> {
  await lockMembers(tx);
  const by = await getActor(tx, actor);
  const invitation = await getInvitation(tx, id);
  checkMayInvite(by, invitation.role);
  if (invitation.acceptedAt) throw new AppError("invitation.not_found");
  if (invitation.revokedAt) return;
  await revoke(tx, actor, invitation);
}

/**
 * Revokes what the member has sent and could not send any more: nobody comes back by a second address.
 *
 * @param role what they are from now on; undefined when they are removed
 */
export async function revokeInvitationsOf(
  tx: TenantTransaction,
  actor: Actor,
  member: MemberRow,
  role: Role | undefined,
): Promise<void> {
  const sent = await tx
    .select()
    .from(invitations)
    .where(and(eq(invitations.invitedBy, member.id), isOpen));
  for (const invitation of sent) if (!role || !mayInvite(role, invitation.role)) await revoke(tx, actor, invitation);
}

/** Whoever calls it has seen that the actor may. */
export async function revoke(tx: TenantTransaction, actor: Actor, { id, role }: InvitationRow): Promise<void> {
  await tx.update(invitations).set({ revokedAt: sql`now()` }).where(eq(invitations.id, id));
  await recordAudit(tx, {
    action: "invitation.revoked",
    actor: { kind: "member", id: actor.memberId },
    target: { kind: "invitation", id },
    ip: actor.ip,
    details: { role },
  });
}
