import { createMinilmEmbedder } from "@parley/core/knowledge/embedders/minilm";
import type { Outcome } from "./read-outcomes.ts";

const atOnce = 100;

/** The built-in embedder's vectors of the prompts, in their order, and the embedder's id. */
export async function embedPrompts(outcomes: readonly Outcome[], say: (line: string) => void) {
  const embedder = await createMinilmEmbedder();
  try {
    const embeddings: Float32Array[] = [];
    for (let from = 0; from < outcomes.length; from += atOnce) {
      const prompts = outcomes.slice(from, from + atOnce).map(({ prompt }) => prompt);
      embeddings.push(...(await embedder.embed(prompts)));
      if (from % 1000 === 0) say(`${from} of ${outcomes.length} prompts embedded`);
    }
    return { embedder: embedder.id, embeddings };
  } finally {
    await embedder.close();
  }
}
