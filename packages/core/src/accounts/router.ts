import { TenantName } from "@parley/contracts";
import * as z from "zod";
import { AppError } from "../app-error.ts";
import { changeTenant } from "../tenants/change-tenant.ts";
import { listMemberships } from "../tenants/find-tenant.ts";
import { accountProcedure, confirmedProcedureFor, procedureFor, router } from "../trpc.ts";
import { foundWorkspace } from "./found-workspace.ts";

/** The user's workspaces, and what each is called and asks for. */
export const tenantsRouter = router({
  list: accountProcedure.query(({ ctx }) => listMemberships(ctx.db, ctx.user.id)),

  /** One more, owned by whoever makes it, where anybody may come and make one: who was invited was invited to the one that is there. */
  create: accountProcedure
    .input(z.strictObject({ key: z.string().min(16).max(64), name: TenantName }))
    .mutation(({ ctx, input }) => {
      if (!ctx.isOpen) throw new AppError("tenant.founding_closed");
      const owner = { userId: ctx.user.id, name: ctx.user.name };
      return foundWorkspace(ctx.db, { ...input, owner, ip: ctx.ip });
    }),

  rename: procedureFor("workspace.rename")
    .input(z.strictObject({ name: TenantName }))
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => changeTenant(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input)),
    ),

  /** Whoever asks it of others has used one: nobody locks themselves out. */
  requireSecondFactor: confirmedProcedureFor("workspace.secure")
    .input(z.strictObject({ requireSecondFactor: z.boolean() }))
    .mutation(({ ctx, input }) => {
      if (input.requireSecondFactor && !ctx.session?.secondFactor) throw new AppError("auth.factor_required");
      return ctx.inTenant((tx) => changeTenant(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input));
    }),
});
