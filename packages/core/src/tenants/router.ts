import { signTicket } from "@parley/auth";
import { TenantId, TenantName } from "@parley/contracts";
import { tenants } from "@parley/db/schema";
import * as z from "zod";
import { AppError } from "../app-error.ts";
import { accountProcedure, procedureFor, router } from "../trpc.ts";
import { changeTenant } from "./change-tenant.ts";
import { foundTenant } from "./create-tenant.ts";
import { listMemberships } from "./find-tenant.ts";

/** Who is signed in, and where. */
export const sessionRouter = router({
  me: accountProcedure.query(async ({ ctx }) => {
    const memberships = await listMemberships(ctx.db, ctx.user.id);
    const { caller } = ctx;
    if (!caller) return { user: ctx.user, memberships, tenant: null, member: null, refusal: ctx.noCaller ?? null };
    const [tenant] = await ctx.db.read(caller.tenantId, (read) =>
      read
        .select({
          id: tenants.tenantId,
          slug: tenants.slug,
          name: tenants.name,
          requireSecondFactor: tenants.requireSecondFactor,
        })
        .from(tenants),
    );
    if (!tenant) throw new AppError("tenant.not_found");
    return {
      user: ctx.user,
      memberships,
      tenant,
      member: { id: caller.memberId, name: caller.name, role: caller.role },
      refusal: null,
    };
  }),

  /** A way onto the realtime socket, for the next few minutes. */
  ticket: procedureFor("realtime.listen").mutation(async ({ ctx }) => {
    const { tenantId, memberId } = ctx.caller;
    if (!ctx.session) throw new AppError("auth.required");
    const { token, expiresAt } = await signTicket(ctx.secret, { tenantId, memberId, sessionId: ctx.session.id });
    return {
      token,
      expiresAt: expiresAt.toISOString(),
      realtimeUrl: ctx.realtimeUrl,
    };
  }),
});

/** The user's workspaces, and what each is called and asks for. */
export const tenantsRouter = router({
  list: accountProcedure.query(({ ctx }) => listMemberships(ctx.db, ctx.user.id)),

  /** One more, owned by whoever makes it. */
  create: accountProcedure.input(z.strictObject({ id: TenantId, name: TenantName })).mutation(({ ctx, input }) => {
    const owner = { userId: ctx.user.id, name: ctx.user.name };
    return foundTenant(ctx.db, { ...input, owner, ip: ctx.ip });
  }),

  rename: procedureFor("workspace.rename")
    .input(z.strictObject({ name: TenantName }))
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => changeTenant(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input)),
    ),

  /** Whoever asks it of others has used one: nobody locks themselves out. */
  requireSecondFactor: procedureFor("workspace.secure")
    .input(z.strictObject({ requireSecondFactor: z.boolean() }))
    .mutation(({ ctx, input }) => {
      if (input.requireSecondFactor && !ctx.session?.secondFactor) throw new AppError("auth.factor_required");
      return ctx.inTenant((tx) => changeTenant(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input));
    }),
});
