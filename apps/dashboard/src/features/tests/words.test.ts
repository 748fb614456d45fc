import { CreateTest } from "@parley/contracts";
import { expect, test } from "vitest";
import { describeWrongWords, wordsOf } from "./words.ts";

test("words are divided by commas, and empty ones are none", () => {
  expect(wordsOf(" two weeks , , refund,")).toEqual(["two weeks", "refund"]);
});

test("a line that the server would refuse is told why, and no other", () => {
  const line = (count: number, length = 1) => Array.from({ length: count }, () => "x".repeat(length)).join(", ");
  for (const [words, wrong] of [
    [line(10, 100), ""],
    [line(11), "10 at most: these are 11."],
    [line(1, 101), `“${"x".repeat(20)}…” is longer than 100 characters: divide it by commas.`],
  ] as const) {
    expect(describeWrongWords(words)).toBe(wrong);
    const asked = { id: crypto.randomUUID(), question: "How?", words: wordsOf(words) };
    expect(CreateTest.safeParse(asked).success).toBe(wrong === "");
  }
});
