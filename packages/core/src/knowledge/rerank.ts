import { stemmer } from "stemmer";
import type { Passage, RankedPassage } from "./passage.ts";
import { splitSentences } from "./split-sentences.ts";
import { contentWords, pairsOf, termsOf } from "./terms.ts";

// Round numbers from a grid over SQuAD 2.0, StackFAQ and StackFAQ's answers alone, one choice for all. On either half of the questions
// their mean differs by less than .003 between a share of .1 and one of .2; docs/adr/0005 has the figures.

/** What the best sentence counts for; the rest is for the passage as a whole. */
const sentenceShare = 0.1;
/** What it counts, of a sentence, that words stand together as they were asked; the rest is for the words that it holds. */
const togetherShare = 0.5;
/** A term of the headings counts half: the sentence stands below them. */
const headingShare = 0.5;
/** A line that begins so is not the rest of the one before: an item of a list, a row of a table. */
const ownLine = /\n(?=[^\S\n]*(?:[-*+|>]|\d+[.)])[^\S\n])/;

/**
 * The candidates in the order in which they answer the question: a passage that has one sentence with most of what was asked comes
 * before one that has it scattered. Their `score` is what they are ordered by. The same candidates always come in the same order, however
 * busy the machine is: what is to be looked at is bounded by the number of candidates and the length of a chunk.
 *
 * @param candidates best first, of one search; their `score` is that of the passage as a whole
 * @param idf what each word of the question is worth, of those that the index knows
 */
export function rerank(
  question: string,
  candidates: readonly Passage[],
  idf: Readonly<Record<string, number>>,
): readonly RankedPassage[] {
  const unranked = () => candidates.map((passage) => ({ ...passage, fused: passage.score, bestSentence: null }));
  const weights = new Map(Object.entries(idf).map(([word, worth]) => [stemmer(word), worth]));
  const total = [...weights.values()].reduce((sum, worth) => sum + worth, 0);
  if (total === 0) return unranked();
  const pairs = new Set(pairsOf(termsOf(question)));

  const rated: RankedPassage[] = [];
  for (const passage of candidates) {
    const bestSentence = findBestSentence(passage);
    const score = (1 - sentenceShare) * passage.score + sentenceShare * (bestSentence?.rating ?? 0);
    rated.push({ ...passage, score, fused: passage.score, bestSentence });
  }
  return rated.sort((a, b) => b.score - a.score);

  function findBestSentence(passage: Passage): RankedPassage["bestSentence"] {
    const { mediaType, title, headingPath, text } = passage;
    // A plain text's title is its file's name and says nothing.
    const headings = new Set(mediaType === "text/plain" ? [] : termsOf([title, ...headingPath].join("\n")));
    let best: RankedPassage["bestSentence"] = null;
    let from = passage.start;
    for (const part of text.split(ownLine)) {
      for (const { start, end } of splitSentences(part)) {
        const rating = rate(part.slice(start, end), headings);
        if (rating > (best?.rating ?? 0)) best = { start: from + start, end: from + end, rating };
      }
      from += part.length + "\n".length;
    }
    return best;
  }

  /** In [0, 1]. */
  function rate(sentence: string, headings: ReadonlySet<string>): number {
    const terms = termsOf(sentence);
    const own = new Set(terms);
    let held = 0;
    for (const [term, worth] of weights) held += own.has(term) ? worth : headings.has(term) ? headingShare * worth : 0;
    const coverage = held / total;
    if (pairs.size === 0) return coverage;
    const together = pairsOf(terms).filter((pair, index, all) => pairs.has(pair) && all.indexOf(pair) === index).length;
    return (1 - togetherShare) * coverage + togetherShare * (together / pairs.size);
  }
}

/** The words of the question that `rerank` wants to know the worth of. */
export const wordsToWeigh = (question: string): string[] => [...new Set(contentWords(question))];
