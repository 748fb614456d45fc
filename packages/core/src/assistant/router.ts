import { RunId } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../trpc.ts";
import { getReceipt } from "./get-receipt.ts";
import { settingsRouter } from "./settings/router.ts";

/** What members see of the assistant's work. */
export const runsRouter = router({
  get: procedureFor("runs.read")
    .input(z.strictObject({ runId: RunId }))
    .query(({ ctx, input }) => getReceipt(ctx.db, ctx.caller.tenantId, input.runId)),
});

/** The assistant, for those who run it. */
export const assistantRouter = router({ settings: settingsRouter });
