import { createHash } from "node:crypto";
import type { CitedQuote, ExpectedAnswer, TestAnswer, TestVerdict } from "@parley/contracts";
import { splitSentences } from "../knowledge/split-sentences.ts";

export type Judgement = {
  verdict: TestVerdict;
  /** The answer reads otherwise than the expected one. */
  changed: boolean;
  /** What was expected and is not there: places in the order in which they are expected, from 0, and words. */
  missing: { citations: number[]; words: string[] };
};

/**
 * Whether the answer is what the test asks for: it rests on every place that was expected, holds every word, and is no answer where
 * none may be given. What it says and cites beyond that does no harm.
 */
export function judge(
  { expected, words }: { expected: ExpectedAnswer | null; words: readonly string[] },
  got: TestAnswer,
): Judgement {
  const said = asWritten(got.answer).toLowerCase();
  const missing = {
    citations: (expected?.citations ?? []).flatMap((quote, index) =>
      got.citations.some((cited) => isSamePlace(quote, cited)) ? [] : [index],
    ),
    words: words.filter((word) => !said.includes(asWritten(word).toLowerCase())),
  };
  const isAnswer = got.outcome === "answered" || got.outcome === "partial";
  const isAsExpected = !expected || (expected.outcome === "answered") === isAnswer;
  const passes = isAsExpected && missing.citations.length + missing.words.length === 0;
  return {
    verdict: expected || words.length > 0 ? (passes ? "passed" : "failed") : "new",
    changed: expected !== null && asWritten(expected.answer) !== asWritten(got.answer),
    missing,
  };
}

/**
 * Whether two quotes are of one place of a document, in whichever versions. What is quoted more narrowly than before is; what is quoted
 * more widely is when half of the sentences that were expected are in it: a model cites whole passages, whose ends move when something
 * near by is changed.
 */
function isSamePlace(expected: CitedQuote, got: CitedQuote): boolean {
  if (expected.documentId !== got.documentId) return false;
  if (expected.quoteSha256 === got.quoteSha256) return true;
  const [wanted, found] = [asWritten(expected.text), asWritten(got.text)];
  if (wanted.includes(found)) return true;
  const sentences = splitSentences(expected.text).map(({ start, end }) => asWritten(expected.text.slice(start, end)));
  const kept = sentences.filter((sentence) => found.includes(sentence));
  return kept.length > 0 && kept.length >= sentences.length / 2;
}

/** Without what says nothing: how the lines were broken. */
const asWritten = (text: string) => text.normalize().replace(/\s+/g, " ").trim();

/** By what a quote is known again in another version. */
export const quoteSha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
