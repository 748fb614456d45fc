import { expect, test } from "vitest";
import { languagePhrase } from "./language-phrase.ts";

const states = { queued: 0, parsing: 0, embedding: 0, held: 0, ready: 0, failed: 0 };
const none = { ...states, serving: 0, waiting: 0, discarded: 0 };
const source = (total: number, languages: Record<string, number>) => ({ documents: { ...none, total }, languages });

test.each<[string, ReturnType<typeof source>[], string | undefined]>([
  ["nothing", [], undefined],
  ["no language that can be told", [source(3, {})], undefined],
  ["most in English", [source(40, { en: 30, de: 6 })], undefined],
  ["as many in English", [source(2, { en: 1, de: 1 })], undefined],
  ["English elsewhere", [source(40, { de: 6 }), source(20, { en: 20 })], undefined],
  ["one language", [source(40, { en: 2, de: 34 })], "34 of 40 documents are in German"],
  ["several sources", [source(20, { de: 15 }), source(1_200, { de: 1_000 })], "1,015 of 1,220 documents are in German"],
  ["two", [source(40, { fr: 4, de: 30 })], "34 of 40 documents are in German and French"],
  ["many", [source(9, { nl: 1, fr: 2, de: 3, it: 1 })], "7 of 9 documents are in German, French, and other languages"],
  ["one of some", [source(5, { de: 1 })], "1 of 5 documents is in German"],
  ["the only one", [source(1, { de: 1 })], "The one document is in German"],
])("of %s it says what is so", (_name, sources, phrase) => {
  expect(languagePhrase(sources, "en")).toBe(phrase);
});
