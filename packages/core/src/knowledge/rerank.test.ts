import { expect, test } from "vitest";
import { makePassage } from "../testing/make-passage.ts";
import type { Passage } from "./passage.ts";
import { rerank } from "./rerank.ts";

const plain = (text: string, more: Partial<Passage> = {}) =>
  makePassage(text, { mediaType: "text/plain", score: 0.5, ...more });
const question = "How long does a refund for a broken lamp take?";
const idf = { long: 1, refund: 2, broken: 3, lamp: 3, take: 1 };
const texts = (passages: readonly Passage[]) => passages.map(({ text }) => text);

const scattered = plain("A refund is money. Ours was broken. The lamp stands there. It can take long.");
const whole = plain("The office is closed. A refund for a broken lamp can take ten days.", { score: 0.45 });

test("one sentence with most of what was asked comes before the same words scattered", () => {
  expect(texts(rerank(question, [scattered, whole], idf))).toEqual(texts([whole, scattered]));
});

test("a rare word is worth more than common ones", () => {
  const common = plain("It can take long.");
  const rare = plain("There is a lamp.");
  expect(texts(rerank(question, [common, rare], idf))).toEqual(texts([rare, common]));
});

test("words that stand together as they were asked count more than the same words apart", () => {
  const apart = plain("The lamp was not new, and broken.");
  const together = plain("The not new one was a broken lamp.");
  expect(texts(rerank(question, [apart, together], idf))).toEqual(texts([together, apart]));
});

test("a sentence stands below its headings, an item of a list for itself", () => {
  const below = makePassage("It can take ten days.", { score: 0.5, headingPath: ["Refund for a broken lamp"] });
  const elsewhere = makePassage("It can take ten days.", { score: 0.5, headingPath: ["Delivery"] });
  expect(rerank(question, [elsewhere, below], idf)[0]).toMatchObject({ headingPath: below.headingPath });

  const items = makePassage("- refund by post\n- broken glass\n- lamp oil", { score: 0.5 });
  const item = makePassage("- a lamp, broken\n- glass\n- oil", { score: 0.5 });
  expect(texts(rerank(question, [items, item], idf))).toEqual(texts([item, items]));
});

test("the score is what the order goes by, in [0, 1], and the measures stay as they were", () => {
  const best = plain(question, { score: 1, lexical: 0.8, cosine: 0.9 });
  const found = rerank(question, [best, scattered, whole], idf);
  expect(found[0]).toMatchObject({ score: expect.closeTo(1, 9), lexical: 0.8, cosine: 0.9 });
  const scores = found.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
});

test("what fits equally well stays in its order, and what is asked again comes out the same", () => {
  const [first, second] = [plain("Of nothing."), plain("Of nothing.")];
  const ask = () => rerank(question, [first, second, whole], idf).map(({ chunkId }) => chunkId);
  expect(ask()).toEqual([whole.chunkId, first.chunkId, second.chunkId]);
  expect(ask()).toEqual(ask());
});

const asFound = (passage: Passage) => ({ ...passage, fused: passage.score, bestSentence: null });

test("a passage says which sentence holds most of what was asked, and what it was worth without it", () => {
  const list = makePassage("We sell:\n\n- lamp oil\n- a refund for a broken lamp", { score: 0.5, start: 100 });
  const [found] = rerank(question, [list], idf);
  const { start = 0, end = 0, rating } = found?.bestSentence ?? {};
  expect(list.text.slice(start - 100, end - 100)).toBe("- a refund for a broken lamp");
  expect(found?.fused).toBe(0.5);
  expect(found?.score).toBeCloseTo(0.9 * 0.5 + 0.1 * (rating ?? Number.NaN), 9);
});

test("without a word that the index knows, the candidates stay as they were found", () => {
  expect(rerank("?!", [scattered, whole], {})).toEqual([scattered, whole].map(asFound));
});
