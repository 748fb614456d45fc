import { randomUUID } from "node:crypto";
import { ConversationId, type EventEnvelope, MessageId, RunId, TenantId } from "@parley/contracts";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createLogger } from "@parley/platform/log";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Claim } from "./claim-run.ts";
import { openDraft } from "./draft.ts";

const claim: Claim = {
  tenantId: TenantId.parse(randomUUID()),
  runId: RunId.parse(randomUUID()),
  conversationId: ConversationId.parse(randomUUID()),
  questionId: MessageId.parse(randomUUID()),
  ownershipEpoch: 3,
  leaseToken: randomUUID(),
  attempts: 1,
  clock: () => new Date(),
};
const logger = createLogger({ level: "silent", format: "json" });

let published: EventEnvelope[];
let fails: boolean;
const publish: EventLog["publish"] = async (envelopes) => {
  if (fails) throw new Error("out of reach");
  published.push(...envelopes);
};
const open = () => openDraft({ publish }, claim, logger);
const deltas = () =>
  published.flatMap(({ event }) => (event.type === "answer.delta" ? [[event.offset, event.text] as const] : []));

beforeEach(() => {
  published = [];
  fails = false;
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
});
afterEach(() => vi.useRealTimers());

test("a draft says first that an answer has begun, and its first words at once", async () => {
  const draft = open();
  draft.append("Hello");
  await vi.advanceTimersByTimeAsync(0);
  expect(published.map(({ event }) => event)).toEqual([
    { type: "run.started", runId: claim.runId, conversationId: claim.conversationId, ownershipEpoch: 3 },
    {
      type: "answer.delta",
      runId: claim.runId,
      conversationId: claim.conversationId,
      ownershipEpoch: 3,
      offset: 0,
      text: "Hello",
    },
  ]);
  expect(published.every(({ tenantId, id }) => tenantId === claim.tenantId && id.length <= 64)).toBe(true);
  expect(new Set(published.map(({ id }) => id)).size).toBe(2);
});

test("words that come close together are published together, each where it belongs", async () => {
  const draft = open();
  for (const word of ["a", "b", "c"]) draft.append(word);
  await vi.advanceTimersByTimeAsync(0);
  for (const word of ["d", "e"]) draft.append(word);
  await vi.advanceTimersByTimeAsync(40);
  draft.append("f");
  await vi.advanceTimersByTimeAsync(40);
  expect(deltas()).toEqual([
    [0, "abc"],
    [3, "de"],
    [5, "f"],
  ]);
});

test("every second the answer is told from its beginning, for those who came late", async () => {
  const draft = open();
  for (let index = 0; index < 30; index++) {
    draft.append(String(index % 10));
    await vi.advanceTimersByTimeAsync(50);
  }
  const anew = deltas().filter(([offset]) => offset === 0);
  expect(anew).toHaveLength(2);
  expect(anew[1]?.[1]).toMatch(/^01234567890123456789/);
});

test("what could not be published comes with the next words", async () => {
  const draft = open();
  draft.append("one ");
  await vi.advanceTimersByTimeAsync(50);
  fails = true;
  draft.append("two ");
  await vi.advanceTimersByTimeAsync(50);
  fails = false;
  draft.append("three");
  await vi.advanceTimersByTimeAsync(50);
  expect(deltas()).toEqual([
    [0, "one "],
    [0, "one two three"],
  ]);
});

test("a closed draft says nothing more", async () => {
  const draft = open();
  draft.append("one ");
  await vi.advanceTimersByTimeAsync(0);
  draft.append("two ");
  draft.close();
  draft.append("three ");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(deltas()).toEqual([[0, "one "]]);
});
