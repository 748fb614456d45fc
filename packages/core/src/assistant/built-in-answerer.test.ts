import { expect, test } from "vitest";
import type { Passage } from "../knowledge/passage.ts";
import { makePassage } from "../testing/make-passage.ts";
import { noMeter } from "../testing/written-by.ts";
import type { Ending, Turn } from "./answerer.ts";
import { builtInAnswerer } from "./built-in-answerer.ts";
import { createCitationFilter } from "./citation-filter.ts";

async function write(
  text: string,
  passages: Passage[],
  history: Turn[] = [],
): Promise<{ words: string; shown: string; ending: Ending }> {
  const { signal } = new AbortController();
  const limits = { signal, timeoutMs: 1_000, idleTimeoutMs: 1_000, meter: noMeter, onTried: () => {} };
  const writing = builtInAnswerer.write({ text, history, passages }, limits);
  let words = "";
  for (;;) {
    const { value, done } = await writing.next();
    if (done) {
      const filter = createCitationFilter(passages.map((_, index) => index + 1));
      return { words, shown: filter.push(words) + filter.end(), ending: value };
    }
    words += value;
  }
}

test("sentences are quoted with their citations and their places, at no cost", async () => {
  const other = makePassage("The shop opens at nine.", { score: 0.2, cosine: 0.1, lexical: 0 });
  const text = "Refunds take ten days. They are paid to the card.";
  const { words, ending } = await write("How long do refunds take?", [
    other,
    makePassage(text, { start: 100, end: 149 }),
  ]);
  expect(words).toMatch(/^Refunds take ten days\. \[2\]/);
  expect(ending).toMatchObject({ how: "complete", reason: null });
  expect(ending.spans?.get(2)?.start).toBe(100);
});

test("a block of code stays whole, on lines of its own, and its brackets stay what they are", async () => {
  const text = "To read the first argument of the tool, write this:\n\n```ts\nconst first = args[1];\n```\n";
  const { words, shown } = await write("Which way do I read the first argument?", [makePassage(text)]);
  expect(words).toBe("To read the first argument of the tool, write this: [1]\n\n```ts\nconst first = args[1];\n```\n");
  expect(shown).toBe(words);
});

test("what looks like a citation in a document does not pass for one of ours, but code stays as it is", async () => {
  const { words } = await write("How long do refunds take?", [
    makePassage("Refunds take ten days [2], see `terms[3]`."),
  ]);
  expect(words).toBe("Refunds take ten days (2), see `terms[3]`. [1]");
});

test("asked about something else, it says nothing", async () => {
  const far = makePassage("Refunds take ten days.", { score: 0.05, cosine: 0.05, lexical: 0 });
  expect(await write("Who won the cup?", [far])).toMatchObject({ words: "", ending: { how: "declined" } });
});

test("a question that lacks something is answered as what it means, but never with the answer before it", async () => {
  const passages = [
    makePassage("Parcels to Iceland take seven days. The price of a parcel to Iceland is nine euros."),
    makePassage("Parcels to Norway take four days.", { score: 0.9 }),
  ];
  const history = [{ author: "contact" as const, text: "How long do parcels to Iceland take?" }];
  const after = async (text: string) => (await write(text, passages, history)).words;
  expect(await after("And what is the price?")).toBe("The price of a parcel to Iceland is nine euros. [1]");
  expect(await after("What about Norway?")).toBe("Parcels to Norway take four days. [2]");
  expect(await after("What about Portugal?")).toBe("");
  expect(await after("And how much is it?")).toMatch(/nine euros/);
});
