import { HttpToolId, SaveHttpTool } from "@parley/contracts";
import * as z from "zod";
import { confirmedProcedureFor, type MemberCaller, procedureFor, router } from "../../trpc.ts";
import { removeTool, saveTool } from "./save-tool.ts";

const byOf = ({ caller, ip }: { caller: MemberCaller; ip: string }) => ({
  tenantId: caller.tenantId,
  memberId: caller.memberId,
  ip,
});

const never = new AbortController().signal;

/** What the tenant's own server can be asked for. */
export const toolsRouter = router({
  list: procedureFor("assistant.read").query(({ ctx }) => ctx.models.httpTools.list(ctx.caller.tenantId)),

  save: confirmedProcedureFor("assistant.manage")
    .input(SaveHttpTool)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => saveTool(tx, byOf(ctx), ctx.models.httpTools.headers, input))),

  remove: procedureFor("assistant.manage")
    .input(z.strictObject({ id: HttpToolId }))
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => removeTool(tx, byOf(ctx), input.id))),

  /** Arguments as JSON. It calls whatever address the tool has, so it is counted like what takes a search. */
  test: procedureFor("assistant.manage")
    .input(z.strictObject({ id: HttpToolId, given: z.string().max(8_000) }))
    .mutation(async ({ ctx, input: { id, given }, signal = never }) => {
      await ctx.countSearch();
      return ctx.models.httpTools.test(ctx.caller.tenantId, id, given, signal);
    }),
});
