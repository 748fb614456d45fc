import type { TokenCounts } from "../../costs/spent.ts";
import { estimateTokens } from "../../knowledge/estimate-tokens.ts";
import type { Answerer } from "../answerer.ts";
import { costMicros, type Prices } from "./pricing.ts";
import { writePrompt } from "./prompt.ts";

/** A language model that writes answers. */
export type Model = Answerer;

export type ModelOptions = {
  /** Of a server that speaks OpenAI's chat completions, up to and including `/v1`. */
  baseUrl: string;
  /** Servers on one's own machine often need none. */
  apiKey?: string | undefined;
  model: string;
  prices?: Prices | undefined;
  /** How long to wait before each further try, as long as no word has come. */
  retryDelaysMs?: readonly number[];
};

/** Of an answer as long as one may be, about; few come near it. */
const mostOutputTokens = 4_000;

/** A model of any server that speaks OpenAI's chat completions. Nothing is sent before the first question. */
export function createModel(options: ModelOptions): Model {
  return {
    answerer: "language-model",
    model: options.model,
    readsHistory: true,
    request(question) {
      const { instructions, messages } = writePrompt(question);
      const costOf = (counts: TokenCounts) => costMicros(counts, options.prices);
      return {
        provider: new URL(options.baseUrl).host,
        model: options.model,
        tier: null,
        inputTokens: estimateTokens([instructions, ...messages.map(({ content }) => content)].join("\n")),
        mostOutputTokens,
        costOf,
        // There is no larger one.
        largeCostOf: costOf,
      };
    },
    async *write(question, limits) {
      // The AI SDK takes 30 MB: whoever has no model doesn't load it.
      const { writeAnswer } = await import("./write-answer.ts");
      return yield* writeAnswer(options, question, limits);
    },
  };
}
