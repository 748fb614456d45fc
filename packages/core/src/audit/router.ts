import { AuditAction } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../trpc.ts";
import { listAuditEntries } from "./list-entries.ts";

const Id = z.string().min(1).max(64);

/** Who did what to what, for those who answer for the tenant. */
export const auditRouter = router({
  list: procedureFor("audit.read")
    .input(
      z.strictObject({
        before: z.int().positive().optional(),
        action: AuditAction.optional(),
        actorId: Id.optional(),
        targetId: Id.optional(),
        from: z.iso.datetime().optional(),
        until: z.iso.datetime().optional(),
      }),
    )
    .query(({ ctx, input }) => listAuditEntries(ctx.db, ctx.caller.tenantId, input)),
});
