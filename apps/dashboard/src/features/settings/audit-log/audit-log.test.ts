import { AuditAction } from "@parley/contracts";
import { expect, test } from "vitest";
import { labelOf, parseAction } from "./action-labels.ts";
import { describeActor, describeDetails } from "./describe-entry.ts";

test("every action that the server knows has words of its own", () => {
  for (const action of AuditAction.options) expect(labelOf(action)).not.toBe(action);
});

test("the page's address may name an action, and nothing else", () => {
  expect(parseAction("member.removed")).toBe("member.removed");
  expect(parseAction("toString")).toBeUndefined();
  expect(parseAction(["member.removed"])).toBeUndefined();
});

test("who did it is told by name, or by what they are", () => {
  expect(describeActor({ actor: { kind: "member", id: "1" }, actorName: "Ada" })).toBe("Ada");
  expect(describeActor({ actor: { kind: "member", id: "1" }, actorName: null })).toBe("A former member");
});

test("details are told in one line, without those that say nothing", () => {
  const details = { fromRole: "viewer", toRole: "admin", count: 0, forced: true, note: null };
  expect(describeDetails({ details })).toBe("from role: viewer · to role: admin · count: 0 · forced: yes");
  expect(describeDetails({ details: {} })).toBe("");
});
