import { expect, test } from "vitest";
import { parseCite, parseInboxSearch } from "./inbox-search.ts";

const message = "0c5e0000-0000-4000-8000-000000000001";

test("the address keeps the view and the open citation", () => {
  const search = { view: "mine", cite: `${message}.2` };
  expect(parseInboxSearch(search)).toEqual(search);
  expect(parseCite(search.cite)).toEqual({ messageId: message, number: 2 });
});

test.each([
  {},
  { view: "all" },
  { view: "everything" },
  { view: 1 },
  { cite: message },
  { cite: `${message}.0` },
  { cite: `${message}.1.2` },
  { cite: ["x"] },
  { other: "1" },
])("what makes no sense is left out: %j", (search) => {
  expect(parseInboxSearch(search)).toEqual({});
});

test("no citation is open without one in the address", () => {
  expect(parseCite(undefined)).toBeUndefined();
});
