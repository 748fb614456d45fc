import { expect, test } from "vitest";
import { rolesGivenBy } from "./roles.ts";

test.each([
  ["owner", ["owner", "admin", "member", "viewer"]],
  ["admin", ["admin", "member", "viewer"]],
  ["member", []],
  ["viewer", []],
] as const)("%s is offered the roles that the server lets them give", (by, given) => {
  expect(rolesGivenBy(by).map(({ role }) => role)).toEqual(given);
});
