import { expect, test } from "vitest";
import { parseDocumentSearch, shownVersion } from "./document-search.ts";

test("the address names a version by its number, or none", () => {
  expect(parseDocumentSearch({ version: 2 })).toEqual({ version: 2 });
  for (const version of [undefined, "2", 0, -1, 1.5, {}]) expect(parseDocumentSearch({ version })).toEqual({});
});

test("the address names a chunk by its place, from 0, or none", () => {
  expect(parseDocumentSearch({ version: 2, chunk: 0 })).toEqual({ version: 2, chunk: 0 });
  for (const chunk of [undefined, "2", -1, 1.5, {}]) expect(parseDocumentSearch({ chunk })).toEqual({});
});

const versions = [
  { id: "c", version: 3 },
  { id: "b", version: 2 },
  { id: "a", version: 1 },
];

test.each([
  ["that was asked for", { asked: 1, currentVersionId: "b" }, 1],
  ["that answers", { asked: undefined, currentVersionId: "b" }, 2],
  ["that answers, when there is none of the number", { asked: 9, currentVersionId: "b" }, 2],
  ["that is newest, while none answers", { asked: undefined, currentVersionId: null }, 3],
] as const)("the version is shown %s", (_, asked, expected) => {
  expect(shownVersion(versions, asked)?.version).toBe(expected);
});
