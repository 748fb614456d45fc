import { expect, test } from "vitest";
import { isUsable, stateOf } from "./key-state.ts";

const now = Date.parse("2026-03-10T12:00:00Z");
const key = { revokedAt: null, expiresAt: "2026-03-11T12:00:00Z", replacedBy: null };

test.each([
  ["good", key, true],
  ["replaced", { ...key, replacedBy: "another" }, true],
  ["expired", { ...key, expiresAt: "2026-03-10T12:00:00Z" }, false],
  ["expired", { ...key, replacedBy: "another", expiresAt: "2026-03-09T12:00:00Z" }, false],
  ["revoked", { ...key, revokedAt: "2026-03-09T12:00:00Z" }, false],
] as const)("a key is %s", (state, facts, usable) => {
  expect(stateOf(facts, now)).toBe(state);
  expect(isUsable(stateOf(facts, now))).toBe(usable);
});
