import type { AnswerQuality, BudgetStep, RouteNote } from "@parley/contracts";
import type { Embedder } from "../../knowledge/passage.ts";
import type { Answerer, Question } from "../answerer.ts";
import { builtInAnswerer } from "../built-in-answerer.ts";
import { findBestSentence } from "../extractive/extract-answer.ts";
import { inContext } from "../in-context.ts";
import { estimateCorrectness, trainedWith } from "./estimate-correctness.ts";

/** Models that are about as good and as dear as each other, preferred first. The higher the level, the better and dearer. */
export type Tier = { level: number; models: readonly Answerer[] };

/** What a tenant's answers are written by. */
export type Models = {
  /** By level, the lowest first, none of them empty; none at all: the built-in answerer writes. */
  tiers: readonly Tier[];
  quality: AnswerQuality;
};

/**
 * How sure a cheaper answer has to be. `sure`: the evidence that the built-in answerer needs to go first, above that which it needs to
 * answer at all; null: it never does. Chosen by one half of SQuAD's questions: at 0.05 it answers 85 in 100, and 87 in 100 of these hold
 * the answer; at 0.2 it is 62, and 90 (on the other half 84 with 85, and 62 with 88). `loss`: how much less likely than the highest tier's
 * a tier's answer may be to be right. Of prompts that the router was not trained on, 0.12 keeps 96 % of the large model's right answers
 * and sends half to the small one, 0.2 keeps 89 % (`bench:routing --cross-validate`; of steps of 0.005, 0.125 is the last that keeps 95 %);
 * what that is with a tenant's models nobody has measured.
 */
export const qualities = {
  economical: { sure: 0.05, loss: 0.2 },
  balanced: { sure: 0.2, loss: 0.12 },
  best: { sure: null, loss: 0 },
} as const satisfies Record<AnswerQuality, { sure: number | null; loss: number }>;

/** Somebody who may be asked. Level 0 is the built-in answerer. */
export type Step = {
  level: number;
  answerer: Answerer;
  /** Only where the providers of those before failed: it would say no better than they did. */
  onlyForFailure: boolean;
};

/** Who is asked, in order, and why it begins where it does. */
export type Route = {
  steps: readonly Step[];
  note: RouteNote;
};

/**
 * The cheapest tier that is expected to be right goes first, and those above it follow, should its answer not pass. Where their providers
 * fail, the lower ones and the built-in answerer stand in.
 *
 * @param options.budgetStep what the budget does: `cheaper` leaves the lowest tier, and `built_in` the built-in answerer
 */
export async function route(
  { tiers, quality }: Models,
  { text, history, passages, toolbox }: Question,
  { embedder, budgetStep = null }: { embedder: Embedder; budgetStep?: BudgetStep | null },
): Promise<Route> {
  const question = inContext(text, history);
  const evidence = findBestSentence(question, passages)?.evidence ?? null;
  const builtIn = (onlyForFailure: boolean): Step => ({ level: 0, answerer: builtInAnswerer, onlyForFailure });
  const largeModel = tiers.at(-1)?.models[0]?.model ?? null;
  const noted = { quality, evidence, largeModel, expected: [] };
  if (tiers.length === 0) return { steps: [builtIn(false)], note: { ...noted, level: 0, because: "no_model" } };

  if (budgetStep === "built_in") return { steps: [builtIn(false)], note: { ...noted, level: 0, because: "budget" } };

  const { sure, loss } = qualities[quality];
  // Where something may be looked up, only a model can tell whether it has to be.
  const isSure = !toolbox && sure !== null && evidence !== null && evidence >= sure;
  const choice = budgetStep === "cheaper" ? cheapestOf(tiers) : await chooseTier(tiers, loss, question, embedder);
  const mostLevel = budgetStep === "cheaper" ? choice.level : Number.POSITIVE_INFINITY;
  const above = tiers.filter(({ level }) => level >= choice.level && level <= mostLevel).flatMap(stepsOf(false));
  const below = tiers
    .filter(({ level }) => level < choice.level)
    .toReversed()
    .flatMap(stepsOf(true));
  const standIn = !isSure && evidence !== null && evidence >= 0 ? [builtIn(true)] : [];
  const steps = [...(isSure ? [builtIn(false)] : []), ...above, ...below, ...standIn];
  const note: RouteNote = { ...noted, ...choice, ...(isSure && { level: 0, because: "built_in_is_sure" }) };
  return { steps, note };
}

const stepsOf =
  (onlyForFailure: boolean) =>
  ({ level, models }: Tier): Step[] =>
    models.map((answerer) => ({ level, answerer, onlyForFailure }));

type Choice = Pick<RouteNote, "level" | "because" | "expected">;

/** Where the budget leaves no choice: nobody better is asked, whatever becomes of it. */
const cheapestOf = (tiers: readonly Tier[]): Choice => {
  return { level: Math.min(...tiers.map(({ level }) => level)), because: "budget", expected: [] };
};

async function chooseTier(tiers: readonly Tier[], loss: number, question: string, embedder: Embedder): Promise<Choice> {
  const levels = tiers.map(({ level }) => level);
  const highest = Math.max(...levels);
  if (levels.length === 1) return { level: highest, because: "only_tier", expected: [] };
  if (loss === 0) return { level: highest, because: "best_wanted", expected: [] };
  // The router knows the built-in embedder's vectors and no other's.
  if (embedder.id !== trainedWith()) return { level: highest, because: "not_estimated", expected: [] };
  const [embedding] = await embedder.embed([question], { urgent: true });
  if (!embedding) throw new Error("an embedder returned no vector");
  const { small, large } = estimateCorrectness(question, embedding);
  // It knows a small and a large model: those between are taken to lie between.
  const expected = levels.map((level, index) => ({
    level,
    right: Number((small + ((large - small) * index) / (levels.length - 1)).toFixed(4)),
  }));
  const cheapest = expected.find(({ right }) => right >= large - loss);
  return { level: cheapest?.level ?? highest, because: "expected_right", expected };
}
