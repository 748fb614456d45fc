import type { Answerer, Ending } from "./answerer.ts";
import { extractAnswer } from "./extractive/extract-answer.ts";
import { disarmMarkers } from "./markers.ts";

const nothingSpent = { usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0 }, costMicros: 0 };

/** Quotes the sentences that answer best: needs no account, costs nothing, and says the same whenever it is asked the same. */
export const builtInAnswerer: Answerer = {
  answerer: "built-in",
  model: null,
  readsHistory: false,
  async *write({ text, passages }) {
    const answer = extractAnswer(text, passages);
    const ending = (how: Ending["how"]) => ({ how, reason: null, ...nothingSpent });
    if (answer.outcome !== "answered") return ending("declined");

    const spans = new Map<number, { start: number; end: number }>();
    for (const [index, { text: sentence, passageNumber, start, end }] of answer.sentences.entries()) {
      const span = spans.get(passageNumber) ?? { start, end };
      spans.set(passageNumber, { start: Math.min(span.start, start), end: Math.max(span.end, end) });
      yield `${index === 0 ? "" : " "}${disarmMarkers(sentence)} [${passageNumber}]`;
    }
    return { ...ending("complete"), spans };
  },
};

/** A reply to a greeting or to thanks, which needs no document; undefined when it is a question. */
export function findCourtesy(text: string): string | undefined {
  const answer = extractAnswer(text, []);
  return answer.outcome === "small_talk" ? answer.text : undefined;
}
