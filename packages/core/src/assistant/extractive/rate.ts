import type { Passage } from "../../knowledge/passage.ts";
import { pairsOf, termsOf } from "../../knowledge/terms.ts";
import { type Quotable, quotablesOf } from "./quotable.ts";

/** A quotable part of a passage, with what speaks for it. */
export type Candidate = Quotable & {
  /** The place of its passage in the list, from 1. */
  passageNumber: number;
  /** The terms that it holds, or the headings above it, or the question that it answers. */
  terms: ReadonlySet<string>;
  /** For the order among the candidates of one question. */
  score: number;
  /** Σ idf of the question's terms that it holds, over Σ idf of all, in [0, 1]. */
  coverage: number;
  /** How sure it is that the passage holds an answer, above or below what it takes to answer (0); comparable among questions. */
  evidence: number;
  /** What it takes to answer, and by which measure: 0 of `evidence` is so much of it. */
  threshold: { by: "evidence" | "meaning"; needed: number };
};

// Fitted by logistic regression to one half of the questions of SQuAD 2.0 (which sentence holds the answer) and of SQuAD 2.0 and
// StackFAQ (whether the passages do, or come from other articles), checked on the other half; docs/adr/0005 has the figures.
const inScore = { coverage: 7.6, together: 3.2, found: 6.2 };
const inEvidence = { cosine: 1, coverage: 0.23, together: 0.29, inPassage: 0.17 };
/** Of SQuAD's questions whose articles were taken away, one in twenty passes; of the others, nine in ten (docs/adr/0005). */
const leastEvidence = 0.645;
/**
 * Where questions stand with their answers, those about one subject share its words, whatever they ask: there the nearest by meaning
 * decides alone. Nine in ten of StackFAQ's questions pass; of those whose entries were taken away, one in four.
 */
const leastCosine = 0.6;

/** A term of the headings counts half: the sentence stands below them. */
const headingShare = 0.5;

/**
 * The quotable parts of the passages, in order, rated: by the share of the question's terms that they hold, the rare ones first (idf
 * over the parts at hand), by how many of them stand together as in the question, and by how well their passage was found.
 */
export function rate(question: string, passages: readonly Passage[]): Candidate[] {
  const asked = termsOf(question);
  const parts = passages.flatMap((passage, index) => {
    const headings = new Set(termsOf([passage.title, ...passage.headingPath].join(" ")));
    return quotablesOf(passage).map((quotable) => {
      const terms = termsOf(quotable.text);
      return { ...quotable, passage, passageNumber: index + 1, headings, terms, own: new Set(terms) };
    });
  });
  const weights = new Map(
    [...new Set(asked)].map((term) => {
      const holding = parts.filter(({ own }) => own.has(term)).length;
      return [term, Math.log(1 + (parts.length - holding + 0.5) / (holding + 0.5))] as const;
    }),
  );
  const total = sum([...weights.values()]);
  const pairs = pairsOf(asked);
  const highest = passages[0]?.score || 1;
  const nearest = Math.max(...passages.map(({ cosine }) => cosine));

  return parts.map(({ passage, headings, terms, own, ...quotable }, index) => {
    const answers = parts[index - 1];
    // What follows a question is read as its answer, as in a list of questions and answers.
    const question = answers?.passage === passage && isQuestion(answers.text) ? answers.own : undefined;
    const inPassage = parts.filter((other) => other.passage === passage);
    const shareOf = (worth: (term: string) => number) =>
      total === 0 ? 0 : sum([...weights].map(([term, weight]) => weight * worth(term))) / total;
    const coverage = shareOf((term) =>
      own.has(term) || question?.has(term) ? 1 : headings.has(term) ? headingShare : 0,
    );
    const anywhere = shareOf((term) => (headings.has(term) || inPassage.some((other) => other.own.has(term)) ? 1 : 0));
    const neighbours = new Set([...pairsOf(terms), ...(question ? pairsOf(answers?.terms ?? []) : [])]);
    const together = pairs.length === 0 ? 0 : pairs.filter((pair) => neighbours.has(pair)).length / pairs.length;
    const isEntry = isQuestion(passage.headingPath.at(-1) ?? "") || isQuestion(inPassage[0]?.text ?? "");
    return {
      ...quotable,
      terms: new Set([...own, ...headings, ...(question ?? [])]),
      coverage,
      score: inScore.coverage * coverage + inScore.together * together + inScore.found * (passage.score / highest),
      threshold: isEntry ? { by: "meaning", needed: leastCosine } : { by: "evidence", needed: leastEvidence },
      evidence: isEntry
        ? nearest - leastCosine
        : inEvidence.cosine * passage.cosine +
          inEvidence.coverage * coverage +
          inEvidence.together * together +
          inEvidence.inPassage * anywhere -
          leastEvidence,
    };
  });
}

/** A question does not answer one. */
export const isQuestion = (text: string) => /\?["”»)*_]*$/.test(text);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
