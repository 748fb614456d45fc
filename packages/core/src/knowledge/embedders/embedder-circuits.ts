import { type Circuit, createCircuit } from "@parley/platform/http/circuit";
import { EmbedderError, type EmbedderFault } from "../embedder-error.ts";
import type { Embedder, EmbedOptions } from "../passage.ts";

/** Keeps requests from servers of embeddings that fail them, so that nobody waits for one in vain. */
export type EmbedderCircuits = {
  /**
   * The same embedder, which fails at once while its server is left alone. Questions and jobs each find that out for themselves: the one
   * kind is given up sooner than the other. A server that fails at some texts is asked for a word, which nobody can have chosen: where it
   * makes a vector of that, it is the texts that are to blame, and nobody else is kept from it.
   *
   * @param name whose it is: what another's suffers says nothing of this one
   */
  guard(embedder: Embedder, name: string): Embedder;
};

const mostCircuits = 1_000;
/** A server that takes longer for a word has enough to do. */
const wordMs = 5_000;

/** @param clock milliseconds that never run backwards */
export function createEmbedderCircuits(clock: () => number = () => performance.now()): EmbedderCircuits {
  const circuits = new Map<string, { circuit: Circuit; fault: EmbedderFault }>();

  function circuitOf(name: string) {
    const found = circuits.get(name) ?? { circuit: createCircuit(clock), fault: "embedder.unreachable" as const };
    // The one that was asked for last goes last.
    circuits.delete(name);
    circuits.set(name, found);
    const [oldest] = circuits.keys();
    if (circuits.size > mostCircuits && oldest !== undefined) circuits.delete(oldest);
    return found;
  }

  return {
    guard: (embedder, name) => ({
      ...embedder,
      async embed(texts, options = {}) {
        const known = circuitOf(`${options.urgent ? "question" : "job"} ${name}`);
        const pass = known.circuit.admit();
        if (!pass) throw new EmbedderError(known.fault, { detail: "left alone for a while" });
        const beganAt = clock();
        try {
          const vectors = await embedder.embed(texts, options);
          pass.succeeded();
          return vectors;
        } catch (thrown) {
          // Who has waited for a question for long does not wait to learn why.
          const isLate = options.urgent === true && clock() - beganAt > wordMs;
          const error = isLate ? thrown : await withBlame(thrown, embedder, options);
          if (error instanceof EmbedderError && error.blame !== "texts") {
            known.fault = error.code;
            pass.failed(error.restMs);
          } else pass.calledOff();
          throw error;
        }
      },
    }),
  };
}

async function withBlame(error: unknown, embedder: Embedder, { signal, onSpent }: EmbedOptions): Promise<unknown> {
  if (!(error instanceof EmbedderError) || error.blame !== "unclear") return error;
  const soon = AbortSignal.timeout(wordMs);
  const isWell = await embedder
    .embed(["word"], { urgent: true, onSpent, signal: signal ? AbortSignal.any([signal, soon]) : soon })
    .then(
      () => true,
      () => false,
    );
  return isWell ? new EmbedderError(error.code, { cause: error, blame: "texts" }) : error;
}
