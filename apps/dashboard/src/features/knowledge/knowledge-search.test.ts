import { expect, test } from "vitest";
import { parseKnowledgeSearch } from "./knowledge-search.ts";

test.each([
  [
    { q: " Where? ", after: "What?" },
    { q: "Where?", after: "What?" },
  ],
  [{ q: "Where?", after: " " }, { q: "Where?" }],
  [{ after: "What?" }, {}],
  [{ q: 7 }, {}],
  [{ q: "" }, {}],
])("the address %j asks for %j", (address, asked) => {
  expect(parseKnowledgeSearch(address)).toEqual(asked);
});
