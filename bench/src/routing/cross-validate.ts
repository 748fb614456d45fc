import { estimateBy } from "@parley/core/assistant/routing/estimate-correctness";
import { qualities } from "@parley/core/assistant/routing/route";
import { fit, prepare } from "./fit.ts";
import { foldsByPrompt, foldsBySubject } from "./folds.ts";
import { measureLoss, measureRouting, type Scored } from "./measure-routing.ts";
import { BadOutcomes, type Outcome } from "./read-outcomes.ts";

const splits = [1, 2, 3, 4, 5];

/**
 * How a router does on prompts that its training has not seen: five folds of prompts, split in five ways since one split's figures differ
 * from another's by some hundredths, and then each subject left out. Every prompt is scored
 * by a router that was trained without its fold; of the fold's prompts training knows only how meaning and form vary over all of them, and
 * none of their outcomes.
 *
 * @returns `bySubject` is null when there is but one
 * @throws BadOutcomes when there are too few prompts
 */
export function crossValidate(
  outcomes: readonly Outcome[],
  embeddings: readonly Float32Array[],
  embedder: string,
  say: (line: string) => void,
) {
  const prepared = prepare(outcomes, embeddings);
  const heldOut = (folds: readonly number[], name: string): Scored[] => {
    const scored: Scored[] = [];
    const numbers = [...new Set(folds)];
    if (numbers.length < 2) throw new BadOutcomes("There are too few prompts to hold some back and train on the rest");
    for (const [done, number] of numbers.entries()) {
      const places = folds.flatMap((fold, i) => (fold === number ? [i] : []));
      const model = { ...fit(prepared, new Set(places)), embedder };
      for (const i of places) {
        const { prompt, small, large } = outcomes[i] as Outcome;
        const estimate = estimateBy(model, prompt, embeddings[i] as Float32Array);
        scored[i] = { small, large, score: estimate.large - estimate.small };
      }
      say(`${name}: ${done + 1} of ${numbers.length} folds`);
    }
    return scored;
  };
  const report = (ofEach: readonly Scored[][]) => ({
    ...meanOf(ofEach.map((scored) => measureRouting(scored))),
    benchmarks: Object.fromEntries(
      [...new Set(outcomes.map(({ benchmark }) => benchmark))].map((name) => [
        name,
        meanOf(ofEach.map((scored) => measureRouting(scored.filter((_, i) => outcomes[i]?.benchmark === name)))),
      ]),
    ),
  });
  const subjects = foldsBySubject(outcomes);
  const bySplit = splits.map((split) => heldOut(foldsByPrompt(outcomes, 5, split), `split ${split} by prompt`));
  return {
    byPrompt: {
      ...report(bySplit),
      /** At the product's own settings, in the first split. */
      atSettings: {
        economical: measureLoss(bySplit[0] ?? [], qualities.economical.loss),
        balanced: measureLoss(bySplit[0] ?? [], qualities.balanced.loss),
      },
      gapClosedAt95OfEachSplit: bySplit.map((scored) => measureRouting(scored).gapClosedAt95),
    },
    bySubject: new Set(subjects).size < 2 ? null : report([heldOut(subjects, "by subject")]),
  };
}

/** Of what a router did in several splits, the means; of the rest, which no split changes, the first. */
function meanOf(figures: readonly ReturnType<typeof measureRouting>[]) {
  const mean = (key: "savingAt95" | "savingAt98" | "gapClosedAt95" | "gapClosedAt98") => {
    const values = figures.flatMap((figure) => figure[key] ?? []);
    return values.length === 0
      ? null
      : Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4));
  };
  return {
    ...figures[0],
    savingAt95: mean("savingAt95"),
    savingAt98: mean("savingAt98"),
    gapClosedAt95: mean("gapClosedAt95"),
    gapClosedAt98: mean("gapClosedAt98"),
  };
}
