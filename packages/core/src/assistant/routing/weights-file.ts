import { z } from "zod";
import { questionFeatureCount } from "./question-features.ts";
import type { RoutingModel, Voice } from "./routing-model.ts";

const numbers = z.base64().transform((text) => {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
});
const VoiceFields = z.strictObject({ base: z.number().min(0).max(1), weights: numbers });

/** assets/routing/README.md tells what the fields are. */
const WeightsFile = z.strictObject({
  embedder: z.string(),
  axes: z.int().positive(),
  embeddingMean: numbers,
  directions: numbers,
  featureMean: numbers,
  featureScale: numbers,
  step: z.number().positive(),
  sharpness: z.number().positive(),
  landmarks: z.base64().transform((text) => Int8Array.from(Buffer.from(text, "base64"))),
  small: VoiceFields,
  large: VoiceFields,
});

export type TrainedModel = RoutingModel & {
  /** The id of the embedder that it was trained with, and is of use with. */
  embedder: string;
};

/** @throws when it is none, or its parts don't fit together */
export function parseWeights(json: string): TrainedModel {
  const model = WeightsFile.parse(JSON.parse(json));
  const width = model.axes + questionFeatureCount;
  const fits =
    model.directions.length === model.axes * model.embeddingMean.length &&
    model.featureMean.length === questionFeatureCount &&
    model.featureScale.length === questionFeatureCount &&
    [model.small, model.large].every(({ weights }) => weights.length * width === model.landmarks.length);
  if (!fits) throw new Error("The parts of the routing weights don't fit together");
  return model;
}

/** The file of a model; little-endian, as every processor is that this runs on. */
export function formatWeights(model: TrainedModel): string {
  const base64 = ({ buffer, byteOffset, byteLength }: Float32Array | Int8Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString("base64");
  const voice = ({ base, weights }: Voice) => ({ base, weights: base64(weights) });
  return `${JSON.stringify(
    {
      embedder: model.embedder,
      axes: model.axes,
      embeddingMean: base64(model.embeddingMean),
      directions: base64(model.directions),
      featureMean: base64(model.featureMean),
      featureScale: base64(model.featureScale),
      step: model.step,
      sharpness: model.sharpness,
      landmarks: base64(model.landmarks),
      small: voice(model.small),
      large: voice(model.large),
    } satisfies z.input<typeof WeightsFile>,
    null,
    2,
  )}\n`;
}
