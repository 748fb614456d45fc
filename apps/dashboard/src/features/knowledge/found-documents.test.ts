import { expect, test } from "vitest";
import { parseFoundDocuments } from "./found-documents.ts";

test("the address names words to look for, without what is around them, or none", () => {
  expect(parseFoundDocuments({ find: "  price list " })).toEqual({ find: "price list" });
  // As a year looks in an address.
  expect(parseFoundDocuments({ find: 2026 })).toEqual({ find: "2026" });
  for (const find of [undefined, "", "  ", {}, ["a"], "a\0b"]) expect(parseFoundDocuments({ find })).toEqual({});
});

test("words that are too long are cut where the server takes no more", () => {
  expect(parseFoundDocuments({ find: "x".repeat(300) })).toEqual({ find: "x".repeat(200) });
});
