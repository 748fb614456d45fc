import { ChangeTest, CreateTest, KnowledgeTestId, KnowledgeTestRunId, PinAnswer } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import * as z from "zod";
import { readCheckMode } from "../knowledge/held-changes.ts";
import { type Context, procedureFor, router } from "../trpc.ts";
import { addTest } from "./add-test.ts";
import { cancelRun } from "./cancel-run.ts";
import { acceptResult, changeTest, removeTest } from "./change-test.ts";
import { changesRouter, type MemberContext, testedBy } from "./changes-router.ts";
import { getTest, listRuns, listTests } from "./list-tests.ts";
import { pinAnswer } from "./pin-answer.ts";
import { askForRun, settleHeld } from "./start-run.ts";

const OneTest = z.strictObject({ testId: KnowledgeTestId });
const OneRun = z.strictObject({ runId: KnowledgeTestRunId });

type ChangingContext = MemberContext & Pick<Context, "db" | "knowledgeJobs">;

/** Changes the tests. What waits is checked with those that are new, and published by itself once none fails, where the workspace wants that. */
async function change<Result>(ctx: ChangingContext, work: (tx: TenantTransaction) => Promise<Result>): Promise<Result> {
  const { db, caller, knowledgeJobs } = ctx;
  const result = await db.transaction(caller.tenantId, work);
  const isWanted = (await db.transaction(caller.tenantId, readCheckMode)) !== "off";
  if (isWanted) {
    const by = await testedBy(ctx);
    // By itself, since whoever publishes has the members before any test.
    await db.transaction(caller.tenantId, (tx) => settleHeld(tx, knowledgeJobs, by));
  }
  return result;
}

/** Questions that are asked again whenever what answers are made from changes. */
export const knowledgeTestsRouter = router({
  changes: changesRouter,

  list: procedureFor("knowledge.read").query(({ ctx }) => listTests(ctx.db, ctx.caller.tenantId)),

  runs: procedureFor("knowledge.read").query(({ ctx }) => listRuns(ctx.db, ctx.caller.tenantId)),

  get: procedureFor("knowledge.read")
    .input(OneTest)
    .query(({ ctx, input }) => getTest(ctx.db, ctx.caller.tenantId, input.testId)),

  pin: procedureFor("tests.manage")
    .input(PinAnswer)
    .mutation(({ ctx, input }) => change(ctx, (tx) => pinAnswer(tx, ctx.caller.memberId, input))),

  create: procedureFor("tests.manage")
    .input(CreateTest)
    .mutation(({ ctx, input }) => change(ctx, (tx) => addTest(tx, { ...input, createdBy: ctx.caller.memberId }))),

  change: procedureFor("tests.manage")
    .input(ChangeTest)
    .mutation(({ ctx, input }) => change(ctx, (tx) => changeTest(tx, input))),

  accept: procedureFor("tests.manage")
    .input(OneTest.extend(OneRun.shape))
    .mutation(({ ctx, input }) => change(ctx, (tx) => acceptResult(tx, input))),

  remove: procedureFor("tests.manage")
    .input(OneTest)
    .mutation(({ ctx, input }) => change(ctx, (tx) => removeTest(tx, input.testId))),

  start: procedureFor("tests.manage").mutation(({ ctx }) =>
    ctx.inTenant((tx) => askForRun(tx, ctx.knowledgeJobs, ctx.caller.memberId)),
  ),

  cancel: procedureFor("tests.manage")
    .input(OneRun)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => cancelRun(tx, input.runId))),
});
