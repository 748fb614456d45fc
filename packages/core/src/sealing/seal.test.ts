import { expect, test } from "vitest";
import { createSeal } from "./seal.ts";

const secret = "a secret of tests alone, 32 characters or more";
const { seal, open } = createSeal(secret, "tests");

test("what is sealed opens where it was sealed for, and looks different each time", () => {
  const sealed = seal("sk-123 ü", "tenant/row");
  expect(open(sealed, "tenant/row")).toBe("sk-123 ü");
  expect(sealed).not.toContain("sk-123");
  expect(seal("sk-123 ü", "tenant/row")).not.toBe(sealed);
});

test.each([
  ["in another row", () => open(seal("key", "tenant/row"), "tenant/other")],
  ["of another tenant", () => open(seal("key", "tenant/row"), "other/row")],
  ["without its place", () => open(seal("key", "tenant/row"))],
  ["with another secret", () => createSeal(`${secret}!`, "tests").open(seal("key"))],
  ["for another purpose", () => createSeal(secret, "others").open(seal("key"))],
  ["altered", () => open(seal("key").replace(/^./, (first) => (first === "A" ? "B" : "A")))],
  ["cut off", () => open(seal("key").slice(0, 20))],
])("it does not open %s", (_, attempt) => {
  expect(attempt).toThrow();
});
