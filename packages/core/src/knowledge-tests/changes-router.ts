import { ChangeCheckMode, DiscardChanges, PublishChanges } from "@parley/contracts";
import * as z from "zod";
import { readCheckMode } from "../knowledge/held-changes.ts";
import type { Actor } from "../tenants/acting-member.ts";
import { type Context, type MemberCaller, procedureFor, router } from "../trpc.ts";
import { chooseCheck } from "./choose-check.ts";
import { countChanges, getChanges } from "./get-changes.ts";
import { discardChanges, publishChanges, publishPassed } from "./publish-changes.ts";
import { askForRun } from "./start-run.ts";
import { findTestedBy, type TestedBy } from "./tested-state.ts";

export type MemberContext = Pick<Context, "models" | "embedder" | "ip"> & { caller: MemberCaller };

const actorOf = ({ caller, ip }: MemberContext): Actor => ({ memberId: caller.memberId, ip });
export const testedBy = ({ models, embedder, caller }: MemberContext): Promise<TestedBy> =>
  findTestedBy({ modelsOf: models.of, embedder }, caller.tenantId);

/** Changes of the knowledge and of the assistant's settings that wait to be published, and what the tests say of them. */
export const changesRouter = router({
  get: procedureFor("knowledge.read").query(async ({ ctx }) => {
    const by = await testedBy(ctx);
    return ctx.inTenant((tx) => getChanges(tx, by));
  }),

  /** How much that is, for the way there. */
  count: procedureFor("knowledge.read").query(async ({ ctx }) => {
    const by = await testedBy(ctx);
    return ctx.inTenant((tx) => countChanges(tx, by));
  }),

  /** Whether changes wait at all. */
  mode: procedureFor("knowledge.read").query(({ ctx }) => ctx.inTenant((tx) => readCheckMode(tx))),

  choose: procedureFor("knowledge.manage")
    .input(z.strictObject({ mode: ChangeCheckMode }))
    .mutation(async ({ ctx, input }) => {
      const by = await testedBy(ctx);
      await ctx.inTenant((tx) => chooseCheck(tx, actorOf(ctx), input.mode, by));
      // What has passed already. By itself, since whoever is about to hold something has its document before the choice.
      await ctx.inTenant((tx) => publishPassed(tx, ctx.knowledgeJobs, by));
    }),

  /** Has the tests asked once more with what is held. */
  check: procedureFor("tests.manage").mutation(({ ctx }) =>
    ctx.inTenant((tx) => askForRun(tx, ctx.knowledgeJobs, ctx.caller.memberId, { isHeld: true })),
  ),

  publish: procedureFor("knowledge.manage")
    .input(PublishChanges)
    .mutation(async ({ ctx, input }) => {
      const by = await testedBy(ctx);
      await ctx.inTenant((tx) => publishChanges(tx, ctx.knowledgeJobs, actorOf(ctx), input, by));
    }),

  discard: procedureFor("knowledge.manage")
    .input(DiscardChanges)
    .mutation(async ({ ctx, input }) => {
      const by = await testedBy(ctx);
      await ctx.inTenant((tx) => discardChanges(tx, ctx.knowledgeJobs, actorOf(ctx), input.seen, by));
    }),
});
