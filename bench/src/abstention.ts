/** How well a number tells the questions that can be answered from those that can't. */
export type Abstention = {
  /** The area under the receiver operating characteristic: how often it is higher where there is an answer; ties count half. */
  auc: number;
  /** Of the questions without an answer, those that are as high as nine in ten of the others. */
  falseAtNinety: number;
};

/** @param known the evidence where the answer was there @param missing where it was not; neither is empty */
export function measureAbstention(known: readonly number[], missing: readonly number[]): Abstention {
  const falling = known.toSorted((a, b) => b - a);
  const threshold = falling[Math.ceil(0.9 * falling.length) - 1] ?? Number.POSITIVE_INFINITY;
  const wins = missing.map((other) => {
    const above = known.filter((evidence) => evidence > other).length;
    return above + known.filter((evidence) => evidence === other).length / 2;
  });
  return {
    auc: wins.reduce((sum, count) => sum + count, 0) / (known.length * missing.length),
    falseAtNinety: missing.filter((evidence) => evidence >= threshold).length / missing.length,
  };
}
