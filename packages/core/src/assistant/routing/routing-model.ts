import { questionFeatures } from "./question-features.ts";

/** How a question becomes a point: its embedding along `axes` directions, then its features. */
export type QuestionSpace = {
  /** Taken from the embedding before it is projected. */
  embeddingMean: Float32Array;
  /** `axes` rows, each as long as the embedding. */
  directions: Float32Array;
  axes: number;
  featureMean: Float32Array;
  /** What the centred features are multiplied with. */
  featureScale: Float32Array;
};

/** What training found: prompts to compare a question with, and what nearness to each tells. */
export type RoutingModel = QuestionSpace & {
  /** Points, one behind the other, in units of `step`. */
  landmarks: Int8Array;
  step: number;
  /** Nearness is `exp(-sharpness · distance²)`. */
  sharpness: number;
  small: Voice;
  large: Voice;
};

/** The share of right answers among all prompts of training, and what each landmark adds to it when it is fully near. */
export type Voice = { base: number; weights: Float32Array };

/** One odd number must not carry a question away from everything that is known. */
const furthest = 0.8;

/** The question's place: `axes` coordinates of its meaning, then one a feature. */
export function toPoint(space: QuestionSpace, question: string, embedding: Float32Array): Float64Array {
  const { embeddingMean, directions, axes, featureMean, featureScale } = space;
  const size = embeddingMean.length;
  if (embedding.length !== size)
    throw new RangeError(`An embedding of ${size} numbers is needed, not ${embedding.length}`);
  const point = new Float64Array(axes + featureMean.length);
  for (let axis = 0; axis < axes; axis += 1) {
    let sum = 0;
    for (let i = 0; i < size; i += 1)
      sum += ((embedding[i] ?? 0) - (embeddingMean[i] ?? 0)) * (directions[axis * size + i] ?? 0);
    point[axis] = sum;
  }
  for (const [i, feature] of questionFeatures(question).entries()) {
    const scaled = (feature - (featureMean[i] ?? 0)) * (featureScale[i] ?? 0);
    point[axes + i] = Math.max(-furthest, Math.min(furthest, scaled));
  }
  return point;
}

/** How near a point is to each landmark, in (0, 1]. */
export function nearness(
  point: Float64Array,
  { landmarks, step, sharpness }: Pick<RoutingModel, "landmarks" | "step" | "sharpness">,
): Float64Array {
  const size = point.length;
  const near = new Float64Array(landmarks.length / size);
  for (let landmark = 0; landmark < near.length; landmark += 1) {
    let distance = 0;
    for (let i = 0, at = landmark * size; i < size; i += 1, at += 1) {
      const difference = (point[i] ?? 0) - (landmarks[at] ?? 0) * step;
      distance += difference * difference;
    }
    near[landmark] = Math.exp(-sharpness * distance);
  }
  return near;
}

/** What a voice says to a nearness: a probability, kept within [0, 1]. */
export function say({ base, weights }: Voice, near: Float64Array): number {
  let sum = base;
  for (let landmark = 0; landmark < near.length; landmark += 1) sum += (weights[landmark] ?? 0) * (near[landmark] ?? 0);
  return Math.max(0, Math.min(1, sum));
}
