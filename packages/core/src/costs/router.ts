import { Budget } from "@parley/contracts";
import * as z from "zod";
import { AppError } from "../app-error.ts";
import { procedureFor, router } from "../trpc.ts";
import { getBudget } from "./get-budget.ts";
import { getReport, type Span } from "./get-report.ts";
import { ConversationPlace, listConversations } from "./list-conversations.ts";
import { removeBudget, setBudget } from "./set-budget.ts";

const longestMs = 366 * 86_400_000;

const time = { from: z.iso.datetime(), to: z.iso.datetime() };
const isYearAtMost = ({ from, to }: Span) =>
  Date.parse(to) >= Date.parse(from) && Date.parse(to) - Date.parse(from) <= longestMs;
const orElse = { message: "must be a year at most, its end not before its beginning" };

const ReportOf = z.strictObject(time).refine(isYearAtMost, orElse);
const ConversationsOf = z
  .strictObject({ ...time, after: ConversationPlace.optional(), limit: z.int().min(1).max(5_000).default(20) })
  .refine(isYearAtMost, orElse);

const SetBudget = z
  .strictObject({
    ...Budget.shape,
    /** That models without a price are in use, which no budget holds. */
    acceptUnpriced: z.boolean().default(false),
  })
  .refine(
    ({ cheaperAt, builtInAt, personAt }) => {
      const steps = [cheaperAt, builtInAt, personAt].filter((percent) => percent !== null);
      return steps.every((percent, index) => index === 0 || percent >= (steps[index - 1] ?? 0));
    },
    { message: "a milder step must not come after a harder one" },
  );

/** What models have cost, and what they may. */
export const costsRouter = router({
  budget: procedureFor("costs.read").query(({ ctx }) => getBudget(ctx.db, ctx.models, ctx.caller.tenantId)),

  setBudget: procedureFor("budget.manage")
    .input(SetBudget)
    .mutation(async ({ ctx, input: { acceptUnpriced, ...budget } }) => {
      const by = { memberId: ctx.caller.memberId, ip: ctx.ip };
      const unpriced = acceptUnpriced ? [] : await ctx.models.unpriced(ctx.caller.tenantId);
      if (unpriced.length > 0) throw new AppError("budget.unpriced");
      return ctx.inTenant((tx) => setBudget(tx, by, { budget, isKnown: acceptUnpriced }));
    }),

  removeBudget: procedureFor("budget.manage").mutation(({ ctx }) =>
    ctx.inTenant((tx) => removeBudget(tx, { memberId: ctx.caller.memberId, ip: ctx.ip })),
  ),

  report: procedureFor("costs.read")
    .input(ReportOf)
    .query(({ ctx, input }) => getReport(ctx.db, ctx.caller.tenantId, input)),

  /** The same by conversation. */
  conversations: procedureFor("costs.read")
    .input(ConversationsOf)
    .query(({ ctx, input: { after, limit, ...span } }) =>
      listConversations(ctx.db, ctx.caller.tenantId, span, { after, limit }),
    ),
});
