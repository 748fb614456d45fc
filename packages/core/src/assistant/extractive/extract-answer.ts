import type { Passage } from "../../knowledge/passage.ts";
import { type Quotable, quotablesOf } from "./quotable.ts";
import { findSmallTalk } from "./small-talk.ts";
import { termsOf } from "./terms.ts";

export type Quote = {
  text: string;
  /** The place of its passage in the list, from 1. */
  passageNumber: number;
  /** UTF-16 code units into the version's text. */
  start: number;
  end: number;
};

export type ExtractedAnswer =
  | { outcome: "answered"; sentences: Quote[] }
  | { outcome: "unknown" }
  | { outcome: "small_talk"; text: string };

// The passages hold an answer when the best of them means about what was asked, or nearly repeats its words.
const enough = { cosine: 0.36, score: 0.3, lexical: 0.42, cosineWithWords: 0.25 };
/** The best sentence holds so much of what was asked, unless its passage means the same in other words. */
const leastCoverage = 0.35;
const sameInOtherWords = 0.55;
/** What is worth quoting beside the best sentence, as a share of its score: what follows it, and what stands elsewhere. */
const follows = 0.82;
const elsewhere = 0.92;
const mostQuotes = 3;
/** In UTF-16 code units: an answer that is longer is a document. */
const longestAnswer = 700;

type Candidate = Quotable & { passageNumber: number; score: number; coverage: number };

/**
 * Answers with the document's own sentences: those that hold most of what was asked, the rare words first, in the passages that were
 * found best. Deterministic. Says `unknown` when the passages are about something else.
 *
 * @param passages best first, of one search
 */
export function extractAnswer(question: string, passages: readonly Passage[]): ExtractedAnswer {
  const smallTalk = findSmallTalk(question);
  if (smallTalk) return { outcome: "small_talk", text: smallTalk };
  const [first] = passages;
  if (!first || !isEnough(passages)) return { outcome: "unknown" };

  const candidates = rate(question, passages);
  const best = candidates.reduce<Candidate | undefined>(
    (known, candidate) => (candidate.kind !== "code" && candidate.score > (known?.score ?? 0) ? candidate : known),
    undefined,
  );
  if (!best) return { outcome: "unknown" };
  const cosine = passages[best.passageNumber - 1]?.cosine ?? 0;
  if (best.coverage < leastCoverage && cosine < sameInOtherWords) return { outcome: "unknown" };
  const sentences = withCompany(best, candidates).map(({ text, passageNumber, start, end }) => ({
    text,
    passageNumber,
    start,
    end,
  }));
  return { outcome: "answered", sentences };
}

function isEnough(passages: readonly Passage[]): boolean {
  return passages.some(
    ({ cosine, lexical, score }) =>
      (cosine >= enough.cosine && score >= enough.score) ||
      (lexical >= enough.lexical && cosine >= enough.cosineWithWords),
  );
}

/**
 * Σ idf of the question's terms that the sentence holds, over Σ idf of all; idf over the sentences at hand. A term of the headings
 * counts half: the sentence stands below them. Neighbours in the question that are neighbours here count once more, and so does
 * how well the passage was found.
 */
function rate(question: string, passages: readonly Passage[]): Candidate[] {
  const asked = termsOf(question);
  const verbatim = question
    .toLowerCase()
    .replace(/[\s?!.]+$/, "")
    .trim();
  const all = passages.flatMap((passage, index) =>
    quotablesOf(passage).map((quotable) => ({
      ...quotable,
      passage,
      passageNumber: index + 1,
      terms: termsOf(quotable.text),
    })),
  );
  // Who repeats the question word for word doesn't answer it.
  const quotables = all.filter(({ text }) => asked.length < 2 || !text.toLowerCase().includes(verbatim));
  const unique = [...new Set(asked)];
  const weights = new Map(
    unique.map((term) => {
      const holding = quotables.filter(({ terms }) => terms.includes(term)).length;
      return [term, Math.log(1 + (quotables.length - holding + 0.5) / (holding + 0.5))] as const;
    }),
  );
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const pairs = asked.slice(1).map((term, index) => `${asked[index]} ${term}`);
  const topScore = passages[0]?.score || 1;

  return quotables.map(({ passage, terms, ...quotable }) => {
    const own = new Set(terms);
    const headings = new Set(termsOf([passage.title, ...passage.headingPath].join(" ")));
    let held = 0;
    for (const [term, weight] of weights) held += own.has(term) ? weight : headings.has(term) ? weight / 2 : 0;
    const coverage = total === 0 ? 0 : held / total;
    const neighbours = new Set(terms.slice(1).map((term, index) => `${terms[index]} ${term}`));
    const together = pairs.length === 0 ? 0 : pairs.filter((pair) => neighbours.has(pair)).length / pairs.length;
    const score = 0.55 * coverage + 0.1 * together + 0.35 * (passage.score / topScore);
    return { ...quotable, coverage, score };
  });
}

/** The best sentence with what belongs to it: what it announces by a colon, what follows it, and what is nearly as good. */
function withCompany(best: Candidate, candidates: readonly Candidate[]): Candidate[] {
  const inPassage = candidates.filter(({ passageNumber }) => passageNumber === best.passageNumber);
  const place = inPassage.indexOf(best);
  const next = inPassage[place + 1];
  const chosen = [best];
  const room = (candidate: Candidate) =>
    chosen.length < mostQuotes &&
    chosen.reduce((sum, { text }) => sum + text.length, candidate.text.length) <= longestAnswer;
  const add = (candidate: Candidate | undefined) => {
    if (candidate && !chosen.includes(candidate) && room(candidate)) chosen.push(candidate);
  };

  if (best.text.endsWith(":")) {
    for (const following of inPassage.slice(place + 1, place + mostQuotes)) add(following);
  } else {
    if (next?.block === best.block && next.score >= best.score * follows) add(next);
    if (next?.kind === "code" && next.block === best.block + 1) add(next);
  }
  const others = candidates
    .filter(({ kind, score, coverage }) => kind !== "code" && score >= best.score * elsewhere && coverage >= 0.5)
    .sort((a, b) => b.score - a.score);
  for (const other of others) if (!other.text.endsWith(":")) add(other);
  return chosen.sort((a, b) => a.passageNumber - b.passageNumber || a.start - b.start);
}
