import { expect, test } from "vitest";
import { searchableText } from "./searchable-text.ts";

const chunk = { ordinal: 0, start: 0, end: 1, text: "**Thirty** days." };

test("Markdown is searched without its markup, below the title and its headings", () => {
  expect(searchableText("Shop", "text/markdown", { ...chunk, headingPath: ["Shop", "Returns"] })).toBe(
    "Shop\nReturns\n\nThirty days.",
  );
  expect(searchableText("Shop", "text/markdown", { ...chunk, headingPath: ["Returns"] })).toBe(
    "Shop\nReturns\n\nThirty days.",
  );
});

test("plain text is searched as it is", () => {
  expect(searchableText("notes.txt", "text/plain", { ...chunk, headingPath: [] })).toBe("**Thirty** days.");
});
