import { readFileSync } from "node:fs";
import { nearness, say, toPoint } from "./routing-model.ts";
import { parseWeights, type TrainedModel } from "./weights-file.ts";

export type Correctness = {
  /** That the small model's answer is right. */
  small: number;
  /** That the large model's is. */
  large: number;
};

const trained = new URL("../../../assets/routing/weights.json", import.meta.url);
let known: TrainedModel | undefined;

/**
 * How likely a small and a large model are to answer a question rightly, as far as the question alone tells. The higher `large - small`,
 * the more is gained by asking the large one. Deterministic, and done in under a millisecond, but for the first call of a process, which
 * reads the weights. Trained on examination questions (docs/adr): for a support question it is a guess, and no promise.
 *
 * @param question the words as they are put to the model, without passages and guidance
 * @param embedding of `question`, by the built-in embedder
 * @returns probabilities in [0, 1]
 * @throws RangeError when the embedding isn't of the size that the weights were trained with
 */
export function estimateCorrectness(question: string, embedding: Float32Array): Correctness {
  return estimateBy(readTrained(), question, embedding);
}

/** The id of the embedder that it takes embeddings of. */
export const trainedWith = (): string => readTrained().embedder;

function readTrained(): TrainedModel {
  known ??= parseWeights(readFileSync(trained, "utf8"));
  return known;
}

/** `estimateCorrectness` by another model than the one that comes with the product. */
export function estimateBy(model: TrainedModel, question: string, embedding: Float32Array): Correctness {
  const near = nearness(toPoint(model, question, embedding), model);
  return { small: say(model.small, near), large: say(model.large, near) };
}
