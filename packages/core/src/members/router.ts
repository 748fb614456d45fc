import { EmailAddress, InvitationId, MemberId, Role } from "@parley/contracts";
import * as z from "zod";
import type { Actor } from "../tenants/acting-member.ts";
import {
  accountProcedure,
  type Context,
  confirmedProcedureFor,
  type MemberCaller,
  procedureFor,
  publicProcedure,
  requireConfirmed,
  router,
} from "../trpc.ts";
import { acceptInvitation, lookAtInvitation } from "./accept-invitation.ts";
import { changeRole, transferOwnership } from "./change-role.ts";
import type { Sending } from "./invitation-rows.ts";
import { checkMayResend, invite, resendInvitation } from "./invite.ts";
import { listInvitations, listMembers } from "./list-members.ts";
import { removeMember } from "./remove-member.ts";
import { revokeInvitation } from "./revoke-invitation.ts";

type MemberContext = Pick<Context, "ip"> & { caller: MemberCaller };
type InvitingContext = Pick<Context, "mailJobs" | "dashboardUrl" | "countInvitation"> & { caller: MemberCaller };
const actorOf = ({ caller, ip }: MemberContext): Actor => ({ memberId: caller.memberId, ip });

/** Counts a mail that is to invite somebody. @throws AppError `rate.exceeded` */
async function beginInvitation(ctx: InvitingContext, email: string): Promise<Sending> {
  const { mailJobs, dashboardUrl, countInvitation } = ctx;
  const { tenantId } = ctx.caller;
  return { mailJobs, tenantId, dashboardUrl, isMailed: await countInvitation(tenantId, email) };
}

const OneMember = z.strictObject({ memberId: MemberId });
const OneInvitation = z.strictObject({ invitationId: InvitationId });
const Token = z.strictObject({ token: z.string().max(200) });

/** Who belongs to the tenant, and as what. */
export const membersRouter = router({
  list: procedureFor("members.read").query(({ ctx }) => listMembers(ctx.db, ctx.caller.tenantId)),

  changeRole: procedureFor("members.manage")
    .input(OneMember.extend({ role: Role }))
    .mutation(({ ctx, input }) => {
      if (input.role === "owner") requireConfirmed(ctx);
      return ctx.inTenant((tx) => changeRole(tx, actorOf(ctx), input));
    }),

  remove: procedureFor("members.manage")
    .input(OneMember)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => removeMember(tx, actorOf(ctx), input.memberId))),

  transferOwnership: confirmedProcedureFor("owners.manage")
    .input(OneMember)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => transferOwnership(tx, actorOf(ctx), input.memberId))),

  leave: procedureFor("membership.leave").mutation(({ ctx }) =>
    ctx.inTenant((tx) => removeMember(tx, actorOf(ctx), ctx.caller.memberId)),
  ),
});

/** Who is to belong to it. */
export const invitationsRouter = router({
  list: procedureFor("members.manage").query(({ ctx }) => listInvitations(ctx.db, ctx.caller.tenantId)),

  create: procedureFor("members.manage")
    .input(z.strictObject({ id: InvitationId, email: EmailAddress, role: Role }))
    .mutation(async ({ ctx, input }) => {
      if (input.role === "owner") requireConfirmed(ctx);
      const begin = () => beginInvitation(ctx, input.email);
      await invite(ctx.db, { actor: actorOf(ctx), tenantId: ctx.caller.tenantId, begin }, input);
    }),

  resend: procedureFor("members.manage")
    .input(OneInvitation)
    .mutation(async ({ ctx, input }) => {
      const { email } = await ctx.inTenant((tx) => checkMayResend(tx, actorOf(ctx), input.invitationId));
      const sending = await beginInvitation(ctx, email);
      await ctx.inTenant((tx) => resendInvitation(tx, sending, actorOf(ctx), input.invitationId));
    }),

  revoke: procedureFor("members.manage")
    .input(OneInvitation)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => revokeInvitation(tx, actorOf(ctx), input.invitationId))),

  /** What the page behind the link shows. A mutation, so that the token stands in no address and no log. */
  look: publicProcedure.input(Token).mutation(({ ctx, input }) => lookAtInvitation(ctx.db, input.token)),

  accept: accountProcedure
    .input(Token)
    .mutation(({ ctx, input }) => acceptInvitation(ctx.db, ctx.user, { token: input.token, ip: ctx.ip })),
});
