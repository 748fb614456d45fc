import type { MemberId } from "@parley/contracts";
import { expect, test } from "vitest";
import { actionsFor, ownerOf } from "./owner-of.ts";

const me = "0c5e0000-0000-4000-8000-000000000001" as MemberId;
const colleague = { id: "0c5e0000-0000-4000-8000-000000000002" as MemberId, name: "Ben" };

test.each([
  [{ status: "pending", assignee: null }, { kind: "assistant" }],
  [{ status: "open", assignee: null }, { kind: "waiting" }],
  [{ status: "open", assignee: { id: me, name: "Ada" } }, { kind: "me" }],
  [
    { status: "open", assignee: colleague },
    { kind: "colleague", name: "Ben", id: colleague.id },
  ],
  [{ status: "resolved", assignee: { id: me, name: "Ada" } }, { kind: "resolved" }],
  [{ status: "snoozed", assignee: colleague }, { kind: "snoozed" }],
] as const)("%j belongs to %j", (conversation, owner) => {
  expect(ownerOf(conversation, me)).toEqual(owner);
});

test("a conversation can be taken over by everybody but who has it, and returned by everybody but the assistant", () => {
  for (const kind of ["assistant", "waiting", "me", "snoozed", "resolved"] as const) {
    expect(actionsFor({ kind }).includes("takeOver")).toBe(kind !== "me");
    expect(actionsFor({ kind }).includes("returnToAssistant")).toBe(kind !== "assistant");
    expect(actionsFor({ kind }).includes("resolve")).toBe(kind !== "resolved");
  }
  expect(actionsFor({ kind: "colleague", ...colleague })).toContain("takeOver");
});
