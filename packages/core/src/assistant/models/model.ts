import type { ModelProviderKind } from "@parley/contracts";
import { type Circuit, createCircuit } from "@parley/platform/http/circuit";
import type { TokenCounts } from "../../costs/spent.ts";
import { estimateTokens } from "../../knowledge/estimate-tokens.ts";
import type { Answerer, Question } from "../answerer.ts";
import type { Connection } from "./connection.ts";
import { countPromptTokens } from "./count-tokens.ts";
import { costMicros, type Prices } from "./pricing.ts";
import { writePrompt } from "./prompt.ts";

/** A language model that writes answers. */
export type Model = Answerer &
  Required<Pick<Answerer, "request">> & { provider: string; model: string; isPriced: boolean };

export type ModelOptions = Omit<Connection, "kind"> & {
  /** Default: a server that speaks OpenAI's chat completions. */
  kind?: ModelProviderKind;
  /** Whose it is, for the receipt; by default the address's host. */
  provider?: string;
  model: string;
  prices?: Prices | undefined;
  /** Where the operator set the key, for whoever reads that it was refused. */
  keyName?: string;
  /** Shared by all models of one provider and one key; by default the model's own. */
  circuit?: Circuit;
  /** How long to wait before each further try, as long as no word has come. */
  retryDelaysMs?: readonly number[];
};

/** Of an answer as long as one may be, about; few come near it. */
const mostOutputTokens = 4_000;

/** A model of any provider. Nothing is sent before the first question. */
export function createModel({
  kind = "openai-compatible",
  circuit = createCircuit(),
  ...options
}: ModelOptions): Model {
  const { model, prices, provider = new URL(options.baseUrl).host } = options;
  const costOf = (counts: TokenCounts) => costMicros(counts, prices);
  const request = (question: Question) => {
    const prompt = writePrompt(question);
    const { instructions, messages } = prompt;
    const inputTokens = estimateTokens([instructions, ...messages.map(({ content }) => content)].join("\n"));
    const countInput = () => countPromptTokens(prompt);
    // Which one is the large one, only who chooses among them knows.
    return { provider, model, tier: null, inputTokens, countInput, mostOutputTokens, costOf, largeCostOf: () => null };
  };
  return {
    answerer: "language-model",
    provider,
    model,
    server: options.baseUrl,
    readsHistory: true,
    isPriced: prices !== undefined,
    request,
    async *write(question, limits) {
      // The AI SDK takes 30 MB: whoever has no model doesn't load it.
      const { writeAnswer } = await import("./write-answer.ts");
      return yield* writeAnswer({ ...options, kind, circuit, request: request(question) }, question, limits);
    },
  };
}
