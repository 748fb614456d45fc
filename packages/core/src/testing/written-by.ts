import type { Answerer, WriteOptions } from "../assistant/answerer.ts";
import { builtInAnswerer } from "../assistant/built-in-answerer.ts";
import type { ComposeDeps } from "../assistant/compose-answer.ts";

/** Who writes a tenant's answers in a test: these, each better than the one before, the best first; or the built-in answerer. */
export const writtenBy =
  (...answerers: readonly Answerer[]) =>
  async (): ReturnType<ComposeDeps["modelsOf"]> => ({
    quality: "best",
    tiers: answerers.flatMap((answerer, index) =>
      answerer === builtInAnswerer ? [] : [{ level: index + 1, models: [answerer] }],
    ),
  });

/** A meter for whoever is asked outside of the product: nothing is set aside, and nothing entered. */
export const noMeter: WriteOptions["meter"] = {
  begin: async () => ({ id: crypto.randomUUID(), hear: () => {}, sendAgain: () => {}, end: () => {} }),
};
