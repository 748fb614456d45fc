import {
  type CitedQuote,
  DocumentId,
  DocumentVersionId,
  type ExpectedAnswer,
  type TestAnswer,
} from "@parley/contracts";
import { expect, test } from "vitest";
import { judge, quoteSha256 } from "./judge.ts";

const documentId = DocumentId.parse("00000000-0000-4000-8000-000000000001");
const quote = (text: string, more: Partial<CitedQuote> = {}): CitedQuote => ({
  documentId,
  documentVersionId: DocumentVersionId.parse("00000000-0000-4000-8000-000000000002"),
  title: "Returns",
  headingPath: [],
  start: 0,
  end: text.length,
  text,
  quoteSha256: quoteSha256(text),
  ...more,
});
const expected = (...texts: string[]): ExpectedAnswer => ({
  outcome: "answered",
  answer: "Within 30 days.",
  citations: texts.map((text) => quote(text)),
});
const got = (...citations: CitedQuote[]): TestAnswer => ({ outcome: "answered", answer: "Within 30 days.", citations });

test("an answer passes that rests on all that was expected, wherever it stands by now, and on more", () => {
  const test = { expected: expected("Send it back within 30 days."), words: [] };
  expect(
    judge(test, got(quote("It is free."), quote("Send it back\nwithin 30 days.", { start: 90, end: 118 }))),
  ).toEqual({
    verdict: "passed",
    changed: false,
    missing: { citations: [], words: [] },
  });
  const wide = quote("Keep the bill. Send it back within 30 days. It is free.");
  expect(judge(test, got(wide)).verdict).toBe("passed");
  const passage = { expected: expected(wide.text), words: [] };
  expect(judge(passage, got(quote("Send it back within 30 days."))).verdict).toBe("passed");
});

test.each([
  ["one of two places is gone", got(quote("Send it back within 30 days."))],
  [
    "the words stand in another document",
    got(
      quote("Send it back within 30 days.", { documentId: DocumentId.parse("00000000-0000-4000-8000-000000000003") }),
      quote("It is free."),
    ),
  ],
  ["the place says something else now", got(quote("Send it back within 14 days."), quote("It is free."))],
  ["it is not answered any more", { outcome: "unknown", answer: "I don't know.", citations: [] } as TestAnswer],
])("fails when %s", (_, answer) => {
  const { verdict, missing } = judge(
    { expected: expected("Send it back within 30 days.", "It is free."), words: [] },
    answer,
  );
  expect(verdict).toBe("failed");
  expect(missing.citations).not.toEqual([]);
});

test("less than half of what was expected is not enough", () => {
  const test = { expected: expected("One is here. Two is here. Three is here."), words: [] };
  expect(judge(test, got(quote("Zero is here. One is here."))).verdict).toBe("failed");
  expect(judge(test, got(quote("Zero. Two is here. Three is here."))).verdict).toBe("passed");
});

test("words have to be in the answer, whatever their case, also when nothing else is expected", () => {
  expect(judge({ expected: null, words: ["30 DAYS"] }, got()).verdict).toBe("passed");
  const { verdict, missing } = judge({ expected: null, words: ["30 days", "free"] }, got());
  expect(verdict).toBe("failed");
  expect(missing.words).toEqual(["free"]);
});

test("a question that must not be answered fails once it is", () => {
  const unknown: ExpectedAnswer = { outcome: "unknown", answer: "I don't know.", citations: [] };
  expect(judge({ expected: unknown, words: [] }, got(quote("It is free."))).verdict).toBe("failed");
  expect(judge({ expected: unknown, words: [] }, { ...unknown }).verdict).toBe("passed");
});

test("without a word of what is right there is nothing to fail", () => {
  expect(judge({ expected: null, words: [] }, got())).toMatchObject({ verdict: "new", changed: false });
});

test("other words that rest on the same are told as a change", () => {
  const test = { expected: expected("Send it back within 30 days."), words: [] };
  const answer = { ...got(quote("Send it back within 30 days.")), answer: "You have 30 days." };
  expect(judge(test, answer)).toMatchObject({ verdict: "passed", changed: true });
});
