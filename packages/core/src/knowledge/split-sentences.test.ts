import fc from "fast-check";
import { expect, test } from "vitest";
import { splitSentences } from "./split-sentences.ts";

const sentences = (text: string) => splitSentences(text).map(({ start, end }) => text.slice(start, end));

test.each([
  ["One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]],
  ["A line\nthat goes on. Next.", ["A line\nthat goes on.", "Next."]],
  ["A paragraph\n\nAnother one", ["A paragraph", "Another one"]],
  ["Ask Mr. Smith, e.g. at 3.5 p.m. today. Or J. Doe.", ["Ask Mr. Smith, e.g. at 3.5 p.m. today.", "Or J. Doe."]],
  ["See https://a.example/b.c. Then go.", ["See https://a.example/b.c.", "Then go."]],
  ["“Quoted.” (Bracketed.) Plain.", ["“Quoted.”", "(Bracketed.)", "Plain."]],
  ["  padded  \n\n  ", ["padded"]],
  ["", []],
])("%j", (text, expected) => {
  expect(sentences(text)).toEqual(expected);
});

test("whatever the text, sentences are in order and leave out nothing but white space", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 400 }),
    fc.string({ unit: fc.constantFrom("a", "B", ".", "!", " ", "\n", "Mr.", "e.g."), maxLength: 400 }),
  );
  fc.assert(
    fc.property(text, (text) => {
      let last = 0;
      for (const { start, end } of splitSentences(text)) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(text.slice(last, start).trim()).toBe("");
        last = end;
      }
      expect(text.slice(last).trim()).toBe("");
    }),
  );
});
