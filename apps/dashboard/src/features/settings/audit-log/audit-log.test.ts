import { AuditAction } from "@parley/contracts";
import { expect, test } from "vitest";
import { labelOf, parseAction } from "./action-labels.ts";
import { parseAuditLogSearch, toFilter } from "./audit-log-filter.ts";
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

test("the page's address is read as far as it makes sense", () => {
  expect(parseAuditLogSearch({ action: "member.removed", by: "m-1", days: 7 })).toEqual({
    action: "member.removed",
    by: "m-1",
    days: 7,
  });
  expect(parseAuditLogSearch({ from: "2026-03-01", until: "2026-03-02" })).toEqual({
    from: "2026-03-01",
    until: "2026-03-02",
  });
  expect(parseAuditLogSearch({ days: 7, from: "2026-03-01" })).toEqual({ days: 7 });
  expect(parseAuditLogSearch({ action: "x", by: "<b>", days: 8, from: "2026-13-01", until: ["2026-03-01"] })).toEqual(
    {},
  );
});

test("days are the reader's: the last one counts whole, and so does today", () => {
  const day = (date: number) => new Date(2026, 2, date).toISOString();
  expect(toFilter({ from: "2026-03-01", until: "2026-03-02" })).toEqual({ from: day(1), until: day(3) });
  const now = new Date(2026, 2, 10, 12);
  expect(toFilter({ days: 1 }, now)).toEqual({ from: day(10) });
  expect(toFilter({ days: 7, action: "member.left", by: "m-1" }, now)).toEqual({
    from: day(4),
    action: "member.left",
    actorId: "m-1",
  });
});
