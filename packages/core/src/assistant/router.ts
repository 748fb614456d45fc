import { RunId } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../trpc.ts";
import { getReceipt } from "./get-receipt.ts";

/** What members see of the assistant's work. */
export const runsRouter = router({
  get: procedureFor("runs.read")
    .input(z.strictObject({ runId: RunId }))
    .query(({ ctx, input }) => getReceipt(ctx.db, ctx.caller.tenantId, input.runId)),
});
