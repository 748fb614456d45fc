import { ModelId, ModelProviderId } from "@parley/contracts";
import * as z from "zod";
import { confirmedProcedureFor, type MemberCaller, procedureFor, router } from "../../trpc.ts";
import { moveModel, removeModel, removePrice, saveModel, setPrice, setQuality } from "./change-models.ts";
import { MoveModel, RemovePrice, SaveModel, SaveProvider, SetPrice, SetQuality, TestProvider } from "./inputs.ts";
import { listModels } from "./list-models.ts";
import { removeProvider } from "./remove-provider.ts";
import { saveProvider } from "./save-provider.ts";

const byOf = ({ caller, ip }: { caller: MemberCaller; ip: string }) => ({
  tenantId: caller.tenantId,
  memberId: caller.memberId,
  ip,
});
const manage = procedureFor("models.manage");

const never = new AbortController().signal;

/** Which models may write a tenant's answers, whose they are, and what they cost. */
export const modelsRouter = router({
  list: manage.query(({ ctx }) => listModels(ctx.db, ctx.caller.tenantId, ctx.models)),

  saveProvider: confirmedProcedureFor("models.manage")
    .input(SaveProvider)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => saveProvider(tx, byOf(ctx), ctx.models.keys, input))),
  removeProvider: manage
    .input(z.strictObject({ id: ModelProviderId }))
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => removeProvider(tx, byOf(ctx), input.id))),
  /** It costs what a few tokens cost, so it is counted like what takes a search. */
  testProvider: manage.input(TestProvider).mutation(async ({ ctx, input, signal = never }) => {
    await ctx.countSearch();
    return ctx.models.test(ctx.caller.tenantId, input, signal);
  }),

  saveModel: manage
    .input(SaveModel)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => saveModel(tx, byOf(ctx), input))),
  removeModel: manage
    .input(z.strictObject({ id: ModelId }))
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => removeModel(tx, byOf(ctx), input.id))),
  moveModel: manage
    .input(MoveModel)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => moveModel(tx, byOf(ctx), input))),

  setPrice: manage.input(SetPrice).mutation(({ ctx, input }) => ctx.inTenant((tx) => setPrice(tx, byOf(ctx), input))),
  removePrice: manage
    .input(RemovePrice)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => removePrice(tx, byOf(ctx), input))),
  setQuality: manage
    .input(SetQuality)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => setQuality(tx, byOf(ctx), input.quality))),
});
