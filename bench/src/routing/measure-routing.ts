/** What the models cost per million tokens. Every prompt counts as equally long: how many tokens the models used was not recorded. */
const prices = { large: 24.7, small: 0.24 };

export type Scored = {
  small: boolean;
  large: boolean;
  /** The higher, the sooner it goes to the large model. */
  score: number;
};

type AtQuality = { savingAt95: number; savingAt98: number; gapClosedAt95: number | null; gapClosedAt98: number | null };
type RoutingFigures = AtQuality & {
  random: AtQuality;
  bestSingle: AtQuality;
  oracle: AtQuality;
  prompts: number;
  smallRight: number;
  largeRight: number;
};

/**
 * What a router saves at 95 and 98 % of the large model's accuracy: 1 - its cost over that of always asking the large one, at the
 * cheapest threshold of the score that reaches it. Beside it what random choice (in expectation), the cheapest single model that is good
 * enough, and an oracle that knows the outcomes would save.
 *
 * @param scored at least one; prompts of one score are routed together
 * @returns `gapClosed` is (it - random) / (oracle - random); null where random choice saves all that can be saved
 */
export function measureRouting(scored: readonly Scored[]): RoutingFigures {
  const smallRight = scored.filter(({ small }) => small).length;
  const largeRight = scored.filter(({ large }) => large).length;
  const toReach = (quality: number) => Math.ceil(quality * largeRight - 1e-9);
  const savers = {
    router: (quality: number) => saving(callsOfRouter(scored, smallRight, toReach(quality)), scored.length),
    random: (quality: number) =>
      saving(callsOfChance(scored.length, smallRight, largeRight, quality * largeRight), scored.length),
    bestSingle: (quality: number) => saving(smallRight >= toReach(quality) ? 0 : scored.length, scored.length),
    oracle: (quality: number) => saving(Math.max(0, toReach(quality) - smallRight), scored.length),
  };
  const at = (saver: (quality: number) => number): AtQuality => {
    const gapClosed = (quality: number) => {
      const [chance, best] = [savers.random(quality), savers.oracle(quality)];
      return best - chance < 1e-9 ? null : round((saver(quality) - chance) / (best - chance));
    };
    return {
      savingAt95: round(saver(0.95)),
      savingAt98: round(saver(0.98)),
      gapClosedAt95: gapClosed(0.95),
      gapClosedAt98: gapClosed(0.98),
    };
  };
  return {
    ...at(savers.router),
    random: at(savers.random),
    bestSingle: at(savers.bestSingle),
    oracle: at(savers.oracle),
    prompts: scored.length,
    smallRight: round(smallRight / scored.length),
    largeRight: round(largeRight / scored.length),
  };
}

/**
 * What becomes of prompts of which those go to the small model whose score is no more than `loss`: the share that goes there, and how
 * many are right then for each that is right with the large model alone (above 1 where the small one is right in more than are lost).
 */
export function measureLoss(scored: readonly Scored[], loss: number) {
  const toSmall = scored.filter(({ score }) => score <= loss).length;
  const right = scored.filter(({ small, large, score }) => (score <= loss ? small : large)).length;
  const largeRight = scored.filter(({ large }) => large).length;
  return { loss, toSmall: round(toSmall / scored.length), kept: round(right / largeRight) };
}

/** The least prompts that go to the large model so that `least` answers are right. */
function callsOfRouter(scored: readonly Scored[], smallRight: number, least: number): number {
  const order = scored.toSorted((one, other) => other.score - one.score);
  let right = smallRight;
  if (right >= least) return 0;
  for (const [index, { small, large, score }] of order.entries()) {
    right += Number(large) - Number(small);
    if (order[index + 1]?.score !== score && right >= least) return index + 1;
  }
  return order.length;
}

function callsOfChance(prompts: number, smallRight: number, largeRight: number, least: number): number {
  if (smallRight >= least) return 0;
  return (prompts * (least - smallRight)) / (largeRight - smallRight);
}

const saving = (largeCalls: number, prompts: number) =>
  1 - (largeCalls * prices.large + (prompts - largeCalls) * prices.small) / (prompts * prices.large);

const round = (value: number) => Number(value.toFixed(4));
