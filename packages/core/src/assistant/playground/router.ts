import { limits, words } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../../trpc.ts";
import { askPlayground } from "./ask-playground.ts";

const Words = words(limits.messageLength).trim().min(1);
export const PlaygroundQuestion = z.strictObject({
  question: Words,
  /** What was asked before it. */
  before: Words.optional(),
  /** It is answered as it would be once what waits to be published were. */
  held: z.boolean().default(false),
});
/** As long as somebody waits in front of a page. */
const patience = { timeoutMs: 60_000, idleTimeoutMs: 20_000 };

/** To ask as a visitor would, and see all that it took. */
export const playgroundRouter = router({
  /** Answers in parts: `POST /api/playground/ask` tells them as they come. */
  ask: procedureFor("models.manage")
    .input(PlaygroundQuestion)
    .mutation(async ({ ctx, input: { question: text, before, held }, signal }) => {
      await ctx.countSearch();
      const { of: modelsOf, httpTools } = ctx.models;
      const scope = held ? ("held" as const) : ("live" as const);
      const deps = { db: ctx.db, embedder: ctx.embedder, modelsOf, toolsOf: httpTools.open, limits: patience, scope };
      const history = before === undefined ? [] : [{ author: "contact" as const, text: before }];
      return askPlayground(deps, ctx.caller.tenantId, { text, history }, signal ?? new AbortController().signal);
    }),
});
