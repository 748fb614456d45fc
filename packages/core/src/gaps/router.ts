import { GapId, GapState, SaveGapDraft } from "@parley/contracts";
import * as z from "zod";
import { type MemberCaller, procedureFor, router } from "../trpc.ts";
import { ignoreGap, publishArticle, reopenGap } from "./close-gap.ts";
import { draftArticle, saveDraft } from "./draft-article.ts";
import { getGap, listGaps } from "./list-gaps.ts";

const OneGap = z.strictObject({ gapId: GapId });
const actorOf = ({ caller, ip }: { caller: MemberCaller; ip: string }) => ({ memberId: caller.memberId, ip });

/** Questions that the knowledge left open. */
export const gapsRouter = router({
  list: procedureFor("conversations.read")
    .input(z.strictObject({ states: z.array(GapState).min(1).max(4) }))
    .query(({ ctx, input }) => listGaps(ctx.db, ctx.caller.tenantId, input.states)),

  get: procedureFor("conversations.read")
    .input(OneGap)
    .query(({ ctx, input }) => getGap(ctx.db, ctx.caller.tenantId, input.gapId)),

  draft: procedureFor("knowledge.manage")
    .input(OneGap)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => draftArticle(tx, input.gapId))),

  saveDraft: procedureFor("knowledge.manage")
    .input(SaveGapDraft)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => saveDraft(tx, input))),

  publish: procedureFor("knowledge.manage")
    .input(SaveGapDraft)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => publishArticle(tx, ctx.knowledgeJobs, actorOf(ctx), input))),

  ignore: procedureFor("knowledge.manage")
    .input(OneGap)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => ignoreGap(tx, input.gapId))),

  reopen: procedureFor("knowledge.manage")
    .input(OneGap)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => reopenGap(tx, input.gapId))),
});
