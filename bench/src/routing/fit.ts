import { questionFeatures } from "@parley/core/assistant/routing/question-features";
import { nearness, type QuestionSpace, type RoutingModel, toPoint } from "@parley/core/assistant/routing/routing-model";
import { subjectOf } from "./folds.ts";
import { principalAxes } from "./principal-axes.ts";
import type { Outcome } from "./read-outcomes.ts";
import { gram, type Symmetric, solve } from "./solve.ts";

/** Chosen by cross-validation over folds of prompts, the same for all subjects (docs/adr/0010). */
const settings = {
  axes: 24,
  embeddingScale: 2.2,
  featureScale: 0.2,
  landmarks: 1200,
  sharpness: 0.5,
  /** How much the weights are held back. */
  ridge: 4,
  /** What of an outcome is replaced by the mean of its subject: one outcome is mostly chance. */
  towardsSubject: 0.6,
  /** As many prompts' worth of the mean of all that a subject's mean begins from. */
  subjectPrior: 10,
  /** A landmark's coordinates are whole numbers of this, from -127 to 127. */
  step: 1 / 70,
};

/** Prompts in the space that they lie in, and how near each is to each landmark: everything that outcomes have no part in. */
export type Prepared = Omit<RoutingModel, "small" | "large"> & {
  outcomes: readonly Outcome[];
  near: Float64Array;
  size: number;
  /** Which of the outcomes' prompts each landmark is. */
  sources: number[];
  all: Symmetric;
  /** How near the landmarks are to each other. */
  among: Float64Array;
};

/** @param embeddings one for each of the outcomes */
export function prepare(outcomes: readonly Outcome[], embeddings: readonly Float32Array[]): Prepared {
  const space = spaceOf(outcomes, embeddings);
  const points = outcomes.map(({ prompt }, i) => toPoint(space, prompt, embeddings[i] as Float32Array));
  const sources = spread(points.length, settings.landmarks);
  const landmarks = Int8Array.from(
    sources.flatMap((source) => [...(points[source] as Float64Array)]),
    (coordinate) => Math.max(-127, Math.min(127, Math.round(coordinate / settings.step))),
  );
  const ground = { ...space, landmarks, step: settings.step, sharpness: settings.sharpness };
  const size = sources.length;
  const near = new Float64Array(outcomes.length * size);
  for (const [i, point] of points.entries()) near.set(nearness(point, ground), i * size);
  return { ...ground, outcomes, near, size, sources, all: gram(near, size), among: nearAmong(ground, size) };
}

/**
 * Kernel ridge regression on the landmarks: the weights for both models.
 *
 * @param leftOut places of outcomes that have no part in it: neither as landmarks nor in their subject's mean
 */
export function fit(prepared: Prepared, leftOut: ReadonlySet<number> = new Set()): RoutingModel {
  const { outcomes, near, size, sources, landmarks, step, sharpness } = prepared;
  const used = sources.flatMap((source, landmark) => (leftOut.has(source) ? [] : [landmark]));
  const kept = outcomes.flatMap((_, i) => (leftOut.has(i) ? [] : [i]));
  const cells = cellsOf(prepared, used, leftOut);
  const targets = [targetsOf(outcomes, kept, "small"), targetsOf(outcomes, kept, "large")] as const;
  const sides = targets.map(({ base, targets }) => {
    const side = new Float64Array(used.length);
    for (const [place, i] of kept.entries()) {
      const off = (targets[place] as number) - base;
      for (const [j, landmark] of used.entries()) (side[j] as number) += off * (near[i * size + landmark] as number);
    }
    return side;
  });
  const solutions = solve({ size: used.length, cells }, sides);
  const voice = (model: 0 | 1) => {
    const weights = new Float32Array(size); // those that have no part stay 0
    for (const [j, landmark] of used.entries()) weights[landmark] = solutions[model]?.[j] as number;
    return { base: targets[model].base, weights };
  };
  const { embeddingMean, directions, axes, featureMean, featureScale } = prepared;
  const space = { embeddingMean, directions, axes, featureMean, featureScale };
  return { ...space, landmarks, step, sharpness, small: voice(0), large: voice(1) };
}

/** The equations' left side: what the kept prompts tell of the landmarks in use, held back by `ridge`. */
function cellsOf(prepared: Prepared, used: readonly number[], leftOut: ReadonlySet<number>): Float64Array {
  const { near, size, all, among } = prepared;
  const without = gram(rowsOf(near, size, [...leftOut]), size);
  const cells = new Float64Array(used.length ** 2);
  for (const [i, row] of used.entries())
    for (const [j, column] of used.entries()) {
      if (j > i) break;
      const at = row * size + column;
      cells[i * used.length + j] =
        (all.cells[at] as number) - (without.cells[at] as number) + settings.ridge * (among[at] as number);
    }
  for (let i = 0; i < used.length; i += 1) (cells[i * used.length + i] as number) += 1e-5; // landmarks on one another
  return cells;
}

function targetsOf(outcomes: readonly Outcome[], kept: readonly number[], model: "small" | "large") {
  const base = mean(kept.map((i) => Number(outcomes[i]?.[model])));
  const subjects = new Map<string, { right: number; many: number }>();
  const subjectAt = (i: number) => subjectOf(outcomes[i] as Outcome);
  for (const i of kept) {
    const { right, many } = subjects.get(subjectAt(i)) ?? {
      right: settings.subjectPrior * base,
      many: settings.subjectPrior,
    };
    subjects.set(subjectAt(i), { right: right + Number(outcomes[i]?.[model]), many: many + 1 });
  }
  const targets = kept.map((i) => {
    const { right, many } = subjects.get(subjectAt(i)) as { right: number; many: number };
    return (1 - settings.towardsSubject) * Number(outcomes[i]?.[model]) + settings.towardsSubject * (right / many);
  });
  return { base, targets };
}

function spaceOf(outcomes: readonly Outcome[], embeddings: readonly Float32Array[]): QuestionSpace {
  const { mean: embeddingMean, directions } = principalAxes(embeddings, settings.axes);
  const features = outcomes.map(({ prompt }) => questionFeatures(prompt));
  const columns = (features[0] ?? []).map((_, column) => features.map((row) => row[column] as number));
  return {
    embeddingMean,
    directions: directions.map((part) => part * settings.embeddingScale),
    axes: settings.axes,
    featureMean: Float32Array.from(columns, mean),
    featureScale: Float32Array.from(columns, (column) => settings.featureScale / Math.max(1e-6, deviation(column))),
  };
}

/** Some places of a list, of all its parts alike. */
function spread(length: number, most: number): number[] {
  const many = Math.min(most, length);
  return Array.from({ length: many }, (_, i) => Math.floor((i * length) / many));
}

function nearAmong(
  { landmarks, step, sharpness }: Pick<RoutingModel, "landmarks" | "step" | "sharpness">,
  size: number,
): Float64Array {
  const width = landmarks.length / size;
  const cells = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const point = Float64Array.from(landmarks.subarray(i * width, (i + 1) * width), (coordinate) => coordinate * step);
    cells.set(nearness(point, { landmarks, step, sharpness }), i * size);
  }
  return cells;
}

function rowsOf(near: Float64Array, size: number, places: readonly number[]): Float64Array {
  const rows = new Float64Array(places.length * size);
  for (const [i, place] of places.entries()) rows.set(near.subarray(place * size, (place + 1) * size), i * size);
  return rows;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
