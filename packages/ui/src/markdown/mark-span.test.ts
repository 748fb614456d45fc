import { expect, test } from "vitest";
import { markSpan } from "./mark-span.ts";

const text = { type: "text", start: 10, end: 15, value: "abcde" } as const;

test.each([
  [undefined, [["abcde", false]]],
  [{ start: 0, end: 10 }, [["abcde", false]]],
  [{ start: 15, end: 20 }, [["abcde", false]]],
  [{ start: 0, end: 99 }, [["abcde", true]]],
  [
    { start: 11, end: 13 },
    [
      ["a", false],
      ["bc", true],
      ["de", false],
    ],
  ],
  [
    { start: 5, end: 12 },
    [
      ["ab", true],
      ["cde", false],
    ],
  ],
  [
    { start: 13, end: 99 },
    [
      ["abc", false],
      ["de", true],
    ],
  ],
])("of the characters 10 to 15 the span %j marks exactly its own", (span, parts) => {
  expect(markSpan(text, span).map(({ value, marked }) => [value, marked])).toEqual(parts);
});
