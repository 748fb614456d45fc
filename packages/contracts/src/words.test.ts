import { expect, test } from "vitest";
import { GapDraft } from "./gaps.ts";
import { CreateTest } from "./knowledge-tests.ts";
import { SiteSettings, SourceName } from "./sources.ts";

/** Neither text nor JSON of the database takes a NUL, and its JSON takes no half of a character. */
test.each(["a\0b", "a\ud83d", "\ude00a"])("what the database would refuse is refused before it: %j", (text) => {
  const inputs: Record<string, boolean> = {
    question: GapDraft.safeParse({ question: text, answer: "" }).success,
    answer: GapDraft.safeParse({ question: "Why?", answer: text }).success,
    words: CreateTest.shape.words.safeParse([text]).success,
    patterns: SiteSettings.safeParse({ address: "https://example.com", include: [text] }).success,
    name: SourceName.safeParse(text).success,
  };
  expect(inputs).toEqual({ question: false, answer: false, words: false, patterns: false, name: false });
});

test("a draft may have no answer yet, but has a question", () => {
  expect(GapDraft.safeParse({ question: "Why? 😀", answer: "" }).success).toBe(true);
  expect(GapDraft.safeParse({ question: " \n", answer: "So." }).success).toBe(false);
});
