import { expect, test } from "vitest";
import { parseSignInSearch } from "./sign-in-search.ts";

// The router says itself what a search is; what is in an address may be anything.
const parse = (search: Record<string, unknown>) => parseSignInSearch(search as never);

test("what led to the sign-in page is one of a few things, and where it leads is within the app", () => {
  expect(parse({ to: "/knowledge", notice: "reset" })).toEqual({ to: "/knowledge", notice: "reset" });
  expect(parse({ to: "//elsewhere.example", notice: "you have won" })).toEqual({ to: "/inbox" });
});

test("a provider leads back to the second factor, or with an error that is told in our words", () => {
  expect(parse({ step: "factor" })).toEqual({ to: "/inbox", step: "factor" });
  expect(parse({ error: "account_not_linked" })).toEqual({ to: "/inbox", notice: "refused" });
});
