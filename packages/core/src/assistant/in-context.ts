import { contentWords } from "../knowledge/terms.ts";
import type { Turn } from "./answerer.ts";
import { findSmallTalk } from "./extractive/small-talk.ts";

/** "And …", "What about …": it goes on from something. */
const goesOn = /^\W*(?:and|but|or|so|then|also|what about|how about|what if|same for)\b/i;
/** It names something by pointing at it. */
const points = /\b(?:it|its|they|them|their|theirs|this|that|these|those|one|ones|he|him|his|she|her|hers)\b/i;
/** "Why?", "How much": without it, "No" and "👍" would have the question before answered once more. */
const asks = /\p{L}.*\?|\b(?:how|why|what|when|where|which|who)\b/iu;
/** What has more words of its own says by itself what it is about. */
const fewWords = 2;
/** Questions that are looked back through. */
const lookBack = 3;

/**
 * The question with what it lacks, which is what the contact asked before it: "And how much is it?" after "Do you ship to Iceland?"
 * is "Do you ship to Iceland?\nAnd how much is it?". A question lacks something when it asks without a word that carries meaning,
 * or goes on from something or points at something and has at most two such words. What is lacking there in turn comes from the question before.
 * English; a question in another language is taken as it stands.
 */
export function inContext(text: string, history: readonly Turn[]): string {
  const questions = [text];
  const before = history.filter((turn) => turn.author === "contact" && !findSmallTalk(turn.text)).slice(-lookBack);
  while (leans(questions[0] ?? "")) {
    const previous = before.pop();
    if (!previous) break;
    questions.unshift(previous.text);
  }
  return questions.join("\n");
}

function leans(question: string): boolean {
  const own = contentWords(question).length;
  if (own === 0 && asks.test(question)) return true;
  return own <= fewWords && (goesOn.test(question) || points.test(question));
}
