import { RunId } from "@parley/contracts";
import * as z from "zod";
import { memberProcedure, router } from "../trpc.ts";
import { getReceipt } from "./get-receipt.ts";

/** What members see of the assistant's work. */
export const runsRouter = router({
  get: memberProcedure
    .input(z.strictObject({ runId: RunId }))
    .query(({ ctx, input }) => getReceipt(ctx.db, ctx.caller.tenantId, input.runId)),
});
