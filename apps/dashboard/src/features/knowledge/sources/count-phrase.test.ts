import { expect, test } from "vitest";
import { countPhrase, removalPhrase } from "./count-phrase.ts";

const states = { queued: 0, parsing: 0, embedding: 0, held: 0, ready: 0, failed: 0 };
const none = { ...states, total: 0, serving: 0, waiting: 0, discarded: 0 };

test.each([
  [{}, "No documents"],
  [{ ready: 1, total: 1 }, "1 document"],
  [
    { ready: 3, failed: 1, queued: 1, parsing: 1, held: 1, total: 7 },
    "7 documents, 2 being read, 1 to be published, 1 failed",
  ],
])("%j is told as %j", (counts, phrase) => {
  expect(countPhrase({ ...none, ...counts })).toBe(phrase);
});

test.each([
  [0, false, "It answers nothing at the moment."],
  [1, false, "1 document leaves all answers at once."],
  [2, false, "2 documents leave all answers at once."],
  [2, true, "2 documents leave all answers."],
])("with %i that answer, waiting %j, the removal is told as %j", (serving, waits, phrase) => {
  expect(removalPhrase({ ...none, serving }, waits)).toBe(phrase);
});
