import { limits, RunId, words } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../trpc.ts";
import { explainSearch } from "./explain-search.ts";
import { getReceipt } from "./get-receipt.ts";
import { modelsRouter } from "./models/router.ts";
import { playgroundRouter } from "./playground/router.ts";
import { settingsRouter } from "./settings/router.ts";
import { toolsRouter } from "./tools/router.ts";

/** What members see of the assistant's work. */
export const runsRouter = router({
  get: procedureFor("runs.read")
    .input(z.strictObject({ runId: RunId }))
    .query(({ ctx, input }) => getReceipt(ctx.db, ctx.caller.tenantId, input.runId)),
});

const Words = words(limits.messageLength).trim().min(1);

/** The assistant, for those who run it, and what members may try with it. */
export const assistantRouter = router({
  settings: settingsRouter,
  tools: toolsRouter,
  models: modelsRouter,
  playground: playgroundRouter,
  /** It changes nothing: a mutation, since two long questions have no room in an address. */
  explainSearch: procedureFor("knowledge.read")
    .input(z.strictObject({ question: Words, before: Words.optional() }))
    .mutation(async ({ ctx, input }) => {
      await ctx.countSearch();
      return explainSearch({ ...ctx, modelsOf: ctx.models.of }, ctx.caller.tenantId, input);
    }),
});
