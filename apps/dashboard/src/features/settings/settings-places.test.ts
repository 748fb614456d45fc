import { expect, test } from "vitest";
import { placesFor } from "./settings-places.ts";

const pagesFor = (role: Parameters<typeof placesFor>[0]) =>
  placesFor(role).flatMap(({ places }) => places.map(({ label }) => label));

test("everybody has their account, and only those who may read the audit log a way to it", () => {
  expect(pagesFor("owner")).toContain("Audit log");
  expect(pagesFor("viewer")).toContain("Security");
  expect(pagesFor("viewer")).not.toContain("Audit log");
});

test("whoever is in no workspace has their account, and nothing else", () => {
  expect(pagesFor(undefined)).toEqual(["Profile", "Security"]);
});
