import { limits, words } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../../trpc.ts";
import { askPlayground } from "./ask-playground.ts";

const Words = words(limits.messageLength).trim().min(1);
/** What was asked before it, and what is asked. */
export const PlaygroundQuestion = z.strictObject({ question: Words, before: Words.optional() });
/** As long as somebody waits in front of a page. */
const patience = { timeoutMs: 60_000, idleTimeoutMs: 20_000 };

/** To ask as a visitor would, and see all that it took. */
export const playgroundRouter = router({
  /** Answers in parts: `POST /api/playground/ask` tells them as they come. */
  ask: procedureFor("models.manage")
    .input(PlaygroundQuestion)
    .mutation(async ({ ctx, input: { question: text, before }, signal }) => {
      await ctx.countSearch();
      const { of: modelsOf, httpTools } = ctx.models;
      const deps = { db: ctx.db, embedder: ctx.embedder, modelsOf, toolsOf: httpTools.open, limits: patience };
      const history = before === undefined ? [] : [{ author: "contact" as const, text: before }];
      return askPlayground(deps, ctx.caller.tenantId, { text, history }, signal ?? new AbortController().signal);
    }),
});
