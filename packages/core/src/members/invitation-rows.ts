import { type InvitationId, memberLimits, type Role, type TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { invitations, members, tenants } from "@parley/db/schema";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import type { MailJobs } from "../mail/mail-jobs.ts";
import type { MemberRow } from "../tenants/acting-member.ts";
import { may } from "../tenants/permissions.ts";
import { invitationMail } from "./invitation-mail.ts";
import { makeInvitationToken } from "./invitation-token.ts";

export type InvitationRow = typeof invitations.$inferSelect;

/** How an invitation gets to whom it is for. */
export type Sending = {
  mailJobs: Pick<MailJobs, "send">;
  tenantId: TenantId;
  /** Where the dashboard is. */
  dashboardUrl: string;
  /** False: the address gets no more mail today. The invitation is there all the same, for the tenant is not to know why. */
  isMailed: boolean;
};

/** Neither used nor revoked; `isOpen` and not over is what can be accepted. */
export const isOpen = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt));
export const isNotOver = gt(invitations.expiresAt, sql`now()`);
export const whenOver = sql<Date>`now() + make_interval(days => ${memberLimits.invitationDays})`;

/** @throws AppError `invitation.not_found` */
export async function getInvitation(tx: TenantTransaction, id: InvitationId): Promise<InvitationRow> {
  const [row] = await tx.select().from(invitations).where(eq(invitations.id, id));
  if (!row) throw new AppError("invitation.not_found");
  return row;
}

/** Whether members with the role `by` let somebody in with the role `role`. */
export const mayInvite = (by: Role, role: Role): boolean =>
  may(by, "members.manage") && (role !== "owner" || may(by, "owners.manage"));

/** @throws AppError `auth.forbidden` when it is not for the member to let somebody in with the role */
export function checkMayInvite(by: Pick<MemberRow, "role">, role: Role): void {
  if (!mayInvite(by.role, role)) throw new AppError("auth.forbidden");
}

/** Makes the token that the mail is to hold. */
export const newToken = ({ tenantId }: Sending) => makeInvitationToken(tenantId);

/** Orders the mail, in the name of whoever invites, where there is to be one. */
export async function sendInvitation(
  tx: TenantTransaction,
  { mailJobs, dashboardUrl, isMailed }: Sending,
  invitation: Pick<InvitationRow, "email" | "role" | "invitedBy">,
  token: string,
): Promise<void> {
  const [place] = await tx
    .select({ workspace: tenants.name, inviter: members.name })
    .from(members)
    .innerJoin(tenants, eq(tenants.tenantId, members.tenantId))
    .where(eq(members.id, invitation.invitedBy));
  if (!place) throw new AppError("member.not_found");
  if (!isMailed) return;
  const link = new URL("invitation", dashboardUrl.endsWith("/") ? dashboardUrl : `${dashboardUrl}/`);
  // Behind the #, which no server and no other page gets to see.
  link.hash = token;
  await mailJobs.send(tx, invitationMail({ to: invitation.email, ...place, role: invitation.role, link: link.href }));
}
