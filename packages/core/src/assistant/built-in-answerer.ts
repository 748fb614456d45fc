import type { Answerer, Ending } from "./answerer.ts";
import { extractAnswer } from "./extractive/extract-answer.ts";
import { inContext } from "./in-context.ts";
import { disarmMarkersInProse } from "./markers.ts";

const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };

/** Quotes the sentences that answer best: needs no account, costs nothing, and says the same whenever it is asked the same. */
export const builtInAnswerer: Answerer = {
  answerer: "built-in",
  model: null,
  readsHistory: false,
  async *write({ text, history, passages }) {
    const answer = extractAnswer(inContext(text, history), passages, text);
    const ending = (how: Ending["how"]) => ({ how, reason: null, usage });
    if (answer.outcome !== "answered") return ending("declined");

    const spans = new Map<number, { start: number; end: number }>();
    for (const [index, quote] of answer.sentences.entries()) {
      const { passageNumber, start, end } = quote;
      const span = spans.get(passageNumber) ?? { start, end };
      spans.set(passageNumber, { start: Math.min(span.start, start), end: Math.max(span.end, end) });

      const before = answer.sentences[index - 1];
      const words = disarmMarkersInProse(quote.text);
      // A block of code stands on lines of its own; the sentence that leads to it has its citation.
      const gap = !before || before.text.endsWith("\n") || words.startsWith("\n") ? "" : " ";
      const cited = words.endsWith("\n") && before?.passageNumber === passageNumber;
      yield gap + words + (cited ? "" : ` [${passageNumber}]`);
    }
    return { ...ending("complete"), spans };
  },
};
