import { AuditExport, AuditFilter } from "@parley/contracts";
import * as z from "zod";
import { confirmedProcedureFor, procedureFor, router } from "../trpc.ts";
import { beginExport } from "./export-log.ts";
import { listAuditEntries } from "./list-entries.ts";

/** Who did what to what, for those who answer for the tenant. */
export const auditRouter = router({
  list: procedureFor("audit.read")
    .input(AuditFilter.extend({ before: z.int().positive().optional() }))
    .query(({ ctx, input }) => listAuditEntries(ctx.db, ctx.caller.tenantId, input)),

  /** Notes that the log is taken away as a file: what the api calls before it writes one. */
  beginExport: confirmedProcedureFor("audit.read")
    .input(AuditExport)
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => beginExport(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input)),
    ),
});
