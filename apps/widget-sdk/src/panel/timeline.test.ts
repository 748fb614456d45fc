import { emptyConversation } from "@parley/client";
import type { MessageId, RunId } from "@parley/contracts";
import { expect, test } from "vitest";
import { aMessage } from "../testing/messages.ts";
import { timelineOf, withoutHalfMarker } from "./timeline.ts";

const run = "run-1" as RunId;
const answer = { runId: run, ownershipEpoch: 1, text: "An ans" };
const local = {
  id: "local" as MessageId,
  text: "Next",
  createdAt: "2026-11-24T10:05:00.000Z",
  status: "pending" as const,
};

test("time, messages, what is on its way, and the answer being written, from top to bottom", () => {
  const items = timelineOf({
    ...emptyConversation,
    messages: [
      aMessage(1),
      aMessage(2, { author: "assistant" }),
      aMessage(3, { author: "system", notice: "taken_over" }),
    ],
    local: [local],
    answer,
  });
  expect(items.map(({ type }) => type)).toEqual(["time", "message", "message", "notice", "local", "draft"]);
});

test("an answer keeps its key when it is complete, and a message when it is stored: nothing is drawn anew", () => {
  const draft = timelineOf({ ...emptyConversation, answer }).at(-1);
  const done = timelineOf({ ...emptyConversation, messages: [aMessage(1, { author: "assistant", runId: run })] }).at(
    -1,
  );
  expect(done?.key).toBe(draft?.key);

  const pending = timelineOf({ ...emptyConversation, local: [local] }).at(-1);
  const stored = timelineOf({ ...emptyConversation, messages: [aMessage(1, { id: local.id })] }).at(-1);
  expect(stored?.key).toBe(pending?.key);
});

test("keys are unique", () => {
  const messages = [aMessage(1), aMessage(2, { author: "assistant", runId: run }), aMessage(3, { author: "system" })];
  const keys = timelineOf({ ...emptyConversation, messages, local: [local] }).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("an author is named once in a row, and again after somebody else or a pause", () => {
  const member = { author: "member", authorName: "Alex" } as const;
  const items = timelineOf({
    ...emptyConversation,
    messages: [
      aMessage(1, member),
      aMessage(2, member),
      aMessage(3, { ...member, authorName: "Kim" }),
      aMessage(4),
      aMessage(5, member),
      aMessage(6, { ...member, createdAt: "2026-11-24T11:00:00.000Z" }),
    ],
  });
  const first = items.flatMap((item) => (item.type === "message" && item.isFirst ? [item.message.seq] : []));
  expect(first).toEqual([1, 3, 4, 5, 6]);
  expect(items.filter(({ type }) => type === "time")).toHaveLength(2);
});

test("only the last message is the last, notices aside, and none while another is on its way", () => {
  const messages = [aMessage(1), aMessage(2, { author: "assistant" }), aMessage(3, { author: "system" })];
  const lastOf = (state: Parameters<typeof timelineOf>[0]) =>
    timelineOf(state).flatMap((item) => (item.type === "message" && item.isLast ? [item.message.seq] : []));
  expect(lastOf({ ...emptyConversation, messages })).toEqual([2]);
  expect(lastOf({ ...emptyConversation, messages, local: [local] })).toEqual([]);
});

test.each([
  ["Press it [1", "Press it"],
  ["Press it [", "Press it"],
  ["Press it [1]", "Press it [1]"],
  ["Press it", "Press it"],
])("of the draft %j the visitor sees %j", (text, shown) => expect(withoutHalfMarker(text)).toBe(shown));
