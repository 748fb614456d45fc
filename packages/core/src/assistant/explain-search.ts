import type { TenantId } from "@parley/contracts";
import type { RankedPassage } from "../knowledge/passage.ts";
import { type ChunkPlace, placeChunks } from "../knowledge/place-chunks.ts";
import { searchKnowledge } from "../knowledge/search.ts";
import type { Span } from "../knowledge/span.ts";
import { findTerms, termsOf } from "../knowledge/terms.ts";
import { type WeighedWord, weighWords } from "../knowledge/weigh-words.ts";
import type { ComposeDeps } from "./compose-answer.ts";
import { extractAnswer, findBestSentence } from "./extractive/extract-answer.ts";
import { inContext } from "./in-context.ts";
import { passagesPerAnswer, retrieve } from "./retrieve.ts";

const shownPassages = 10;

/** A passage that was found, and why it stands where it stands. */
export type ExplainedPassage = RankedPassage &
  ChunkPlace & {
    /** From 1. */
    number: number;
    /** It is among those that an answer is written from. */
    isGiven: boolean;
    /** The question's words in `text`, in whatever form. Offsets as the passage's, as of the spans below. */
    marks: Span[];
    /** What the built-in answerer would quote. */
    quotes: Span[];
  };

/** What the built-in answerer makes of the passages. */
export type Verdict = {
  outcome: "answered" | "unknown" | "small_talk";
  /**
   * What it decides by: the evidence of the sentence that it would begin from, or, where questions stand with their answers, how near the
   * nearest is by its meaning. It answers from `needed` on. Null when nothing could be quoted.
   */
  measure: { by: "evidence" | "meaning"; value: number; needed: number } | null;
};

export type ExplainedSearch = {
  /** What was searched: the question, with what it lacks of the one before. */
  asked: string;
  /** Without the words that say nothing. */
  words: Pick<WeighedWord, "word" | "worth" | "chunks" | "shares">[];
  passages: ExplainedPassage[];
  verdict: Verdict;
};

/**
 * What a question finds, best first, with all that its order and the answer rest on. It is searched just as the assistant does: where a
 * model reads what was said before, what it is given of that stands first.
 *
 * @param input.before the contact's question before it, in the same conversation
 */
export async function explainSearch(
  { db, embedder, modelsOf }: Pick<ComposeDeps, "db" | "embedder" | "modelsOf">,
  tenantId: TenantId,
  { question, before }: { question: string; before?: string | undefined },
): Promise<ExplainedSearch> {
  const history = before ? [{ author: "contact" as const, text: before }] : [];
  const asked = inContext(question, history);
  const alone = await searchKnowledge(db, embedder, tenantId, asked, { limit: shownPassages });
  const given = before
    ? await retrieve({ db, embedder }, await modelsOf(tenantId), tenantId, { text: question, history })
    : alone.slice(0, passagesPerAnswer);
  const isGiven = new Set(given.map(({ chunkId }) => chunkId));
  const found = [...given, ...alone.filter(({ chunkId }) => !isGiven.has(chunkId))].slice(0, shownPassages);
  const chunkIds = found.map(({ chunkId }) => chunkId);
  const [words, places] = await Promise.all([
    weighWords(db, tenantId, asked, chunkIds),
    placeChunks(db, tenantId, chunkIds),
  ]);

  const answer = extractAnswer(asked, given, question);
  const quotes = answer.outcome === "answered" ? answer.sentences : [];
  const terms = new Set(termsOf(asked));
  const passages = found.flatMap((passage, index) => {
    // Its document may just have been replaced.
    const place = places.get(passage.chunkId);
    if (!place) return [];
    const number = index + 1;
    return {
      ...passage,
      ...place,
      number,
      isGiven: isGiven.has(passage.chunkId),
      marks: findTerms(passage.text, terms).map(({ start, end }) => ({
        start: passage.start + start,
        end: passage.start + end,
      })),
      quotes: quotes.filter(({ passageNumber }) => passageNumber === number).map(({ start, end }) => ({ start, end })),
    };
  });
  const best = answer.outcome === "small_talk" ? undefined : findBestSentence(asked, given, question);
  const measure = best ? { ...best.threshold, value: best.threshold.needed + best.evidence } : null;
  return { asked, words, passages, verdict: { outcome: answer.outcome, measure } };
}
