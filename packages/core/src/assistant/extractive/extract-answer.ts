import type { Passage } from "../../knowledge/passage.ts";
import { termsOf } from "../../knowledge/terms.ts";
import { type Candidate, isQuestion, rate } from "./rate.ts";
import { findSmallTalk } from "./small-talk.ts";

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
  | { outcome: "small_talk" };

/** How much lower than the best sentence's the score may be of what follows it, and of what stands elsewhere. */
const follows = 2;
const elsewhere = 0.6;
const mostQuotes = 3;
const mostItems = 6;
/** "How much is it?" has no word of what its answer says. */
const priceTerms = termsOf("price cost fee charge pay paid free euro dollar pound");
/** In UTF-16 code units: an answer that is longer is a document. */
const longestAnswer = 700;

/**
 * Answers with the document's own sentences: those that hold most of what was asked, the rare words first, in the passages that were
 * found best. Deterministic. Says `unknown` when the passages are about something else.
 *
 * @param passages best first, of one search
 * @param said the question as it was said, where `question` has more, of what was asked before. A sentence that holds nothing of it
 * would answer the one before again
 */
export function extractAnswer(question: string, passages: readonly Passage[], said = question): ExtractedAnswer {
  if (findSmallTalk(said)) return { outcome: "small_talk" };
  const candidates = quotable(question, passages, said);
  const best = bestOf(candidates);
  if (!best || best.evidence < 0) return { outcome: "unknown" };
  return { outcome: "answered", sentences: withCompany(best, candidates).map(toQuote) };
}

/**
 * The sentence that `extractAnswer` would begin from if it had to answer, with the evidence that it decides by; undefined when nothing
 * can be quoted.
 */
export function findBestSentence(
  question: string,
  passages: readonly Passage[],
  said = question,
): (Quote & Pick<Candidate, "evidence" | "threshold">) | undefined {
  const best = bestOf(quotable(question, passages, said));
  return best && { ...toQuote(best), evidence: best.evidence, threshold: best.threshold };
}

/** Terms of which the answer to a question that lacks something holds one; none where any sentence may do. */
function askedFor(said: string): readonly string[] {
  const own = termsOf(said);
  return own.length === 0 && /\bhow much\b/i.test(said) ? priceTerms : own;
}

const toQuote = ({ text, passageNumber, start, end }: Quote): Quote => ({ text, passageNumber, start, end });

function quotable(question: string, passages: readonly Passage[], said: string): Candidate[] {
  const wanted = said === question ? [] : askedFor(said);
  const verbatim = question
    .toLowerCase()
    .replace(/[\s?!.]+$/, "")
    .trim();
  // Who repeats the question word for word doesn't answer it.
  const repeats = (text: string) => verbatim.includes(" ") && text.toLowerCase().includes(verbatim);
  return rate(question, passages).filter(
    ({ text, terms }) =>
      !isQuestion(text) && !repeats(text) && (wanted.length === 0 || wanted.some((term) => terms.has(term))),
  );
}

const bestOf = (candidates: readonly Candidate[]) =>
  candidates.reduce<Candidate | undefined>(
    (known, candidate) => (candidate.kind !== "code" && candidate.score > (known?.score ?? 0) ? candidate : known),
    undefined,
  );

/** The best sentence with what belongs to it: what it announces by a colon, or else what follows it and what is nearly as good. */
function withCompany(best: Candidate, candidates: readonly Candidate[]): Candidate[] {
  const inPassage = candidates.filter(({ passageNumber }) => passageNumber === best.passageNumber);
  const following = inPassage.slice(inPassage.indexOf(best) + 1);
  const wanted = best.text.endsWith(":")
    ? announced(following)
    : [...explained(best, following), ...alike(best, candidates)];

  const chosen = [best];
  let length = best.text.length;
  for (const candidate of wanted) {
    length += candidate.text.length;
    if (length > longestAnswer) break;
    chosen.push(candidate);
  }
  return chosen.sort((a, b) => a.passageNumber - b.passageNumber || a.start - b.start);
}

/** The code, list or table behind a colon; or the one sentence. */
function announced(following: readonly Candidate[]): Candidate[] {
  const [next] = following;
  if (next?.kind !== "item" && next?.kind !== "row") return next ? [next] : [];
  const end = following.findIndex(({ kind }) => kind !== next.kind);
  return following.slice(0, end < 0 ? mostItems : Math.min(end, mostItems));
}

/** The next sentence, if it is about the matter too, and the code right behind. */
function explained(best: Candidate, [next]: readonly Candidate[]): Candidate[] {
  if (!next) return [];
  const goesOn = next.block === best.block && next.score >= best.score - follows;
  const isShown = next.kind === "code" && next.block === best.block + 1;
  return goesOn || isShown ? [next] : [];
}

/** What says as much of the matter elsewhere. */
function alike(best: Candidate, candidates: readonly Candidate[]): Candidate[] {
  const near = candidates.filter(
    (other) =>
      other !== best &&
      other.kind !== "code" &&
      other.score >= best.score - elsewhere &&
      other.evidence >= 0 &&
      !other.text.endsWith(":") &&
      !(other.passageNumber === best.passageNumber && other.block === best.block),
  );
  return near.sort((a, b) => b.score - a.score).slice(0, mostQuotes - 2);
}
