import { expect, test } from "vitest";
import { splitAtSpans } from "./split-at-spans.ts";

const text = { type: "text", start: 10, end: 21, value: "a good lamp" } as const;

test("a text is cut where spans begin and end, and says which kinds each part belongs to", () => {
  expect(splitAtSpans(text, { words: [{ start: 12, end: 16 }], quotes: [{ start: 0, end: 14 }] })).toEqual([
    { start: 10, value: "a ", kinds: ["quotes"] },
    { start: 12, value: "go", kinds: ["words", "quotes"] },
    { start: 14, value: "od", kinds: ["words"] },
    { start: 16, value: " lamp", kinds: [] },
  ]);
});

test("whatever the spans, the parts are the whole text, in order and none of them empty", () => {
  const spans = Array.from({ length: 26 }, (_, start) =>
    Array.from({ length: 26 - start }, (_, more) => [start, start + more]),
  )
    .flat()
    .map(([start = 0, end = 0]) => ({ start, end }));
  for (const [index, span] of spans.entries()) {
    const parts = splitAtSpans(text, { words: [span], quotes: [spans[(index * 7) % spans.length] ?? span, span] });
    expect(parts.map(({ value }) => value).join("")).toBe(text.value);
    expect(parts.every(({ value }) => value.length > 0)).toBe(true);
  }
});
