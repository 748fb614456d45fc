import { signTicket } from "@parley/auth";
import { tenants } from "@parley/db/schema";
import { AppError } from "../app-error.ts";
import { accountProcedure, procedureFor, router } from "../trpc.ts";
import { listMemberships } from "./find-tenant.ts";

/** Who is signed in, where, and whether they may found a workspace of their own. */
export const sessionRouter = router({
  me: accountProcedure.query(async ({ ctx }) => {
    const memberships = await listMemberships(ctx.db, ctx.user.id);
    const { caller } = ctx;
    const one = { user: ctx.user, memberships, mayFound: ctx.isOpen };
    if (!caller) return { ...one, tenant: null, member: null, refusal: ctx.noCaller ?? null };
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
      ...one,
      tenant,
      member: { id: caller.memberId, name: caller.name, role: caller.role },
      refusal: null,
    };
  }),

  /** A way onto the realtime socket, for the next few minutes. */
  ticket: procedureFor("realtime.listen").mutation(async ({ ctx }) => {
    const { tenantId, memberId } = ctx.caller;
    if (!ctx.session) throw new AppError("auth.required");
    const { id: sessionId, secondFactor } = ctx.session;
    const { token, expiresAt } = await signTicket(
      ctx.secret,
      { tenantId, memberId, sessionId, secondFactor },
      await ctx.db.now(),
    );
    return {
      token,
      expiresAt: expiresAt.toISOString(),
      realtimeUrl: ctx.realtimeUrl,
    };
  }),
});
