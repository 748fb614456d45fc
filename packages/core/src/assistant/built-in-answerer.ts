import type { Answerer, Ending } from "./answerer.ts";
import { extractAnswer } from "./extractive/extract-answer.ts";
import { inContext } from "./in-context.ts";
import { disarmMarkersInProse } from "./markers.ts";

/** Quotes the sentences that answer best: needs no account, costs nothing, and says the same whenever it is asked the same. */
export const builtInAnswerer: Answerer = {
  answerer: "built-in",
  provider: null,
  model: null,
  readsHistory: false,
  async *write({ text, history, passages }, { onTried }) {
    const answer = extractAnswer(inContext(text, history), passages, text);
    const ending: Ending = { how: answer.outcome === "answered" ? "complete" : "declined", reason: null };
    onTried({ id: null, ...ending });
    if (answer.outcome !== "answered") return ending;

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
    return { ...ending, spans };
  },
};
