import { stemmer } from "stemmer";
import type { Span } from "./span.ts";

// Words that say nothing of what a text is about; question words among them, since an answer doesn't repeat those.
const stopWords = new Set(
  `a about all also am an and any are as at be been being but by can could did do does doing down for from had has have having he her
  here him his how i if in into is it its itself just let like may me might mine more most much must my myself no nor not now of on
  once one only or other our ours out over own please same shall she should so some such tell than that the their them then there
  these they this those through to too under until up us very was we were what when where which while who whom whose why will with
  would you your yours`.split(/\s+/),
);

const word = /[\p{L}\p{N}]+(?:['’.][\p{L}\p{N}]+)*/gu;

/** The words that carry meaning, in small letters, in order, repeated as they are; English. */
export function contentWords(text: string): string[] {
  const words = text.normalize("NFKC").toLowerCase().match(word) ?? [];
  return words.map((found) => found.replace(/['’]s$/, "")).filter((found) => !stopWords.has(found));
}

/** Where words stand that have one of the terms. */
export function findTerms(text: string, terms: ReadonlySet<string>): Span[] {
  return Array.from(text.matchAll(word), ({ index, 0: found }) => ({ start: index, end: index + found.length })).filter(
    ({ start, end }) => termsOf(text.slice(start, end)).some((term) => terms.has(term)),
  );
}

/** Their stems. */
export const termsOf = (text: string): string[] => contentWords(text).map(stemmer);

/** Terms that stand beside each other. */
export const pairsOf = (terms: readonly string[]): string[] =>
  terms.slice(1).map((term, index) => `${terms[index]} ${term}`);
