import type { Passage } from "../knowledge/passage.ts";
import { termsOf } from "../knowledge/terms.ts";
import { detectLanguage } from "../language/detect-language.ts";
import { withoutMarkers } from "./markers.ts";

/** Of the words that carry meaning, as many have to stand in the passages that are cited for them. */
const leastShare = 0.4;

/**
 * Whether the words of an answer are those of the passages that it cites, as far as that can be told: whoever rewords keeps most names and
 * terms. Where answer and passages are in different languages, or too short to tell, nobody can tell and it holds.
 */
export async function isSupported(
  said: string,
  cited: readonly Pick<Passage, "title" | "headingPath" | "text">[],
): Promise<boolean> {
  const words = withoutMarkers(said);
  const terms = [...new Set(termsOf(words))];
  const given = cited.map(({ title, headingPath, text }) => [title, ...headingPath, text].join("\n")).join("\n");
  const known = new Set(termsOf(given));
  const share = terms.filter((term) => known.has(term)).length / Math.max(1, terms.length);
  if (terms.length < 3 || share >= leastShare) return true;
  const [ofAnswer, ofPassages] = await Promise.all([detectLanguage(words), detectLanguage(given)]);
  return ofAnswer === undefined || ofPassages === undefined || ofAnswer !== ofPassages;
}
