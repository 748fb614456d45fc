import { expect, test } from "vitest";
import { safeDestination } from "./safe-destination.ts";

test.each(["/inbox", "/inbox/1?view=mine&cite=2", "/knowledge"])("signing in leads on to %s", (path) => {
  expect(safeDestination(path)).toBe(path);
});

test.each([
  "//elsewhere.example",
  "/\\elsewhere.example",
  "/\t/elsewhere.example",
  "/\n\\elsewhere.example",
  "\t//elsewhere.example",
  "https://elsewhere.example",
  "javascript:alert(1)",
  "inbox",
  "/sign-in?to=/sign-in",
  "/./sign-in",
  "",
  undefined,
  7,
])("signing in leads to the inbox, not to %j", (wanted) => {
  expect(safeDestination(wanted)).toBe("/inbox");
});
