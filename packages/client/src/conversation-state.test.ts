import type { ChannelEvent, Conversation, Message, MessageId, RunId } from "@parley/contracts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyFailed,
  applyFrame,
  applyPage,
  applyPending,
  applySent,
  type ConversationFrame,
  type ConversationState,
  emptyConversation,
  newestSeq,
} from "./conversation-state.ts";

const conversationOf = (lastSeq: number, ownershipEpoch = 1) =>
  ({ id: "c", status: "pending", assignee: null, lastSeq, ownershipEpoch }) as unknown as Conversation;
const messageOf = (seq: number, more: Partial<Record<"id" | "runId", string>> = {}) =>
  ({ id: `m${seq}`, seq, text: `text ${seq}`, runId: null, ...more }) as unknown as Message;
const created = (seq: number, more: Parameters<typeof messageOf>[1] = {}, ownershipEpoch = 1): ConversationFrame =>
  event({ type: "message.created", message: messageOf(seq, more), conversation: conversationOf(seq, ownershipEpoch) });
const words = (runId: string, offset: number, text: string, ownershipEpoch = 1): ConversationFrame =>
  event({ type: "answer.delta", runId, ownershipEpoch, offset, text });
const started = (runId: string, ownershipEpoch = 1): ConversationFrame =>
  event({ type: "run.started", runId, ownershipEpoch });
const changed = (lastSeq: number, ownershipEpoch: number): ConversationFrame =>
  event({ type: "conversation.changed", conversation: conversationOf(lastSeq, ownershipEpoch) });
const event = (of: object): ConversationFrame => ({ type: "event", event: of as ChannelEvent });
const after = (frames: ConversationFrame[], state = emptyConversation) => frames.reduce(applyFrame, state);
const seqsOf = ({ messages }: ConversationState) => messages.map(({ seq }) => seq);

describe("messages", () => {
  test("stand in order of seq, each once", () => {
    const state = after([created(2), created(1), created(2), created(3), created(1)]);
    expect(seqsOf(state)).toEqual([1, 2, 3]);
    expect(state.conversation?.lastSeq).toBe(3);
  });

  test("the place to resume from is before the first hole", () => {
    expect(newestSeq(emptyConversation)).toBe(0);
    expect(newestSeq(after([created(2)]))).toBe(0);
    expect(newestSeq(after([created(1), created(2), created(4)]))).toBe(2);
    expect(newestSeq(after([created(1), created(4), created(3), created(2)]))).toBe(4);
  });

  test("a page over HTTP is the same news", () => {
    const page = {
      conversation: conversationOf(3),
      messages: [messageOf(1), messageOf(2), messageOf(3)],
      complete: true,
    };
    const state = applyPage(after([created(2)]), page);
    expect(seqsOf(state)).toEqual([1, 2, 3]);
    expect(applyPage(state, page)).toBe(state);
  });

  test("news that is no news leaves the very same state", () => {
    const state = after([created(1), started("r"), words("r", 0, "Hel")]);
    for (const frame of [
      created(1),
      started("r"),
      words("r", 2, "x"),
      changed(0, 1),
      event({ type: "document.changed" }),
    ]) {
      expect(applyFrame(state, frame)).toBe(state);
    }
  });
});

describe("a message of one's own", () => {
  const id = "mine" as MessageId;
  const posted = applyPending(emptyConversation, { id, text: "Hello", createdAt: "now" });

  test("is shown at once, and becomes the server's when it is stored", () => {
    expect(posted.local).toEqual([{ id, text: "Hello", createdAt: "now", status: "pending" }]);
    const sent = applySent(posted, messageOf(1, { id }));
    expect(sent.local).toEqual([]);
    expect(seqsOf(sent)).toEqual([1]);
  });

  test("is there once, whichever of its event and its answer comes first", () => {
    for (const state of [
      applySent(after([created(1, { id })], posted), messageOf(1, { id })),
      after([created(1, { id })], applySent(posted, messageOf(1, { id }))),
    ]) {
      expect(state.local).toEqual([]);
      expect(seqsOf(state)).toEqual([1]);
    }
  });

  test("fails, and can be posted again under the same id", () => {
    const failed = applyFailed(posted, id, "rate.exceeded");
    expect(failed.local).toMatchObject([{ id, status: "failed", error: "rate.exceeded" }]);
    expect(applyPending(failed, { id, text: "Hello", createdAt: "later" }).local).toEqual([
      { id, text: "Hello", createdAt: "later", status: "pending" },
    ]);
  });

  test("that was stored although its posting seemed to fail is there once", () => {
    const state = after([created(1, { id })], applyFailed(posted, id));
    expect(state.local).toEqual([]);
    expect(applyFailed(state, id)).toBe(state);
    expect(applyPending(state, { id, text: "Hello", createdAt: "later" })).toBe(state);
  });

  test("others stay as they are, in the order in which they were posted", () => {
    const second = applyPending(posted, { id: "second" as MessageId, text: "You", createdAt: "now" });
    const third = applyPending(second, { id: "third" as MessageId, text: "There", createdAt: "now" });
    const state = applySent(third, messageOf(1, { id: "second" }));
    expect(state.local.map((message) => message.id)).toEqual([id, "third"]);
  });
});

describe("an answer in the making", () => {
  test("grows with its words", () => {
    expect(after([started("r")]).answer).toEqual({ runId: "r", ownershipEpoch: 1, text: "" });
    expect(after([started("r"), words("r", 0, "Hel"), words("r", 3, "lo")]).answer?.text).toBe("Hello");
  });

  test("begins anew at offset 0, and waits for that when words are missing", () => {
    const holed = after([words("r", 0, "Hel"), words("r", 5, " there")]);
    expect(holed.answer?.text).toBe("Hel");
    expect(after([words("r", 0, "Hello"), words("r", 5, "!")], holed).answer?.text).toBe("Hello!");
  });

  test("gives way to its message, and no late word brings it back", () => {
    const state = after([words("r", 0, "Hello"), created(1, { runId: "r" })]);
    expect(state.answer).toBeUndefined();
    expect(after([words("r", 0, "Hello"), started("r")], state).answer).toBeUndefined();
  });

  test("stays when the message of another run comes", () => {
    expect(after([words("r", 0, "Hello"), created(1, { runId: "other" }), created(2)]).answer?.text).toBe("Hello");
  });

  test("is void as soon as the conversation changes hands, and so are its late words", () => {
    const state = after([words("r", 0, "Hello"), changed(0, 2)]);
    expect(state.answer).toBeUndefined();
    expect(after([words("r", 0, "Hello"), started("r")], state).answer).toBeUndefined();
    expect(after([words("r2", 0, "Hi", 2), words("r", 0, "Hello")], state).answer?.text).toBe("Hi");
  });

  test("is what the server says after a break, or nothing", () => {
    const state = after([words("r", 0, "Hel")]);
    const subscribed = { type: "subscribed", conversation: conversationOf(0), messages: [] } as const;
    const answer = { runId: "r" as RunId, ownershipEpoch: 1, text: "Hello" };
    expect(after([{ ...subscribed, answer }, words("r", 5, "!")], state).answer?.text).toBe("Hello!");
    expect(after([subscribed], state).answer).toBeUndefined();
    expect(after([{ ...subscribed, answer: { ...answer, ownershipEpoch: 0 } }], state).answer).toBeUndefined();
  });
});

/** Something that happened in a conversation. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.constant("said" as const) },
  { weight: 1, arbitrary: fc.constant("owner changed" as const) },
  { weight: 2, arbitrary: fc.constant("answer began" as const) },
  { weight: 4, arbitrary: fc.constant("words came" as const) },
  { weight: 2, arbitrary: fc.constant("answer ended" as const) },
);

/** The frames of a history, and what a server would say at the end of it to who has everything up to a seq. */
function play(history: (typeof happening extends fc.Arbitrary<infer T> ? T : never)[]) {
  const frames: ConversationFrame[] = [];
  const messages: Message[] = [];
  let epoch = 1;
  let runs = 0;
  let run: { id: string; text: string } | undefined;
  const add = (more: Parameters<typeof messageOf>[1] = {}) => {
    messages.push(messageOf(messages.length + 1, more));
    frames.push(created(messages.length, more, epoch));
  };
  for (const what of history) {
    if (what === "said") add();
    if (what === "owner changed") {
      epoch += 1;
      run = undefined;
      frames.push(changed(messages.length, epoch));
    }
    if (what === "answer began") {
      if (run) continue;
      runs += 1;
      run = { id: `r${runs}`, text: "" };
      frames.push(started(run.id, epoch));
    }
    if (what === "words came" && run) {
      frames.push(words(run.id, run.text.length, `w${run.text.length} `, epoch));
      run.text += `w${run.text.length} `;
    }
    if (what === "answer ended" && run) {
      add({ runId: run.id });
      run = undefined;
    }
  }
  const subscribed = (from: number): ConversationFrame => ({
    type: "subscribed",
    conversation: conversationOf(messages.length, epoch),
    messages: messages.slice(from),
    ...(run && { answer: { runId: run.id as RunId, ownershipEpoch: epoch, text: run.text } }),
  });
  return { frames, subscribed };
}

test("whatever is repeated, swapped or lost, after resuming the state is as if all had come in order", () => {
  const disorder = fc.array(fc.nat(), { maxLength: 80 });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), disorder, fc.nat(), (history, picks, cut) => {
      const whole = play(history);
      const inOrder = after(whole.frames);

      let state = emptyConversation;
      // Up to the cut anything may come at any time, and a resumption in between; then what there is to know, and the rest.
      const early = play(history.slice(0, cut % (history.length + 1)));
      for (const [index, pick] of picks.entries()) {
        const frame = early.frames[pick % Math.max(early.frames.length, 1)];
        if (frame) state = applyFrame(state, frame);
        if (index % 7 === 6) state = applyFrame(state, early.subscribed(newestSeq(state)));
      }
      state = applyFrame(state, early.subscribed(newestSeq(state)));
      state = after(whole.frames.slice(early.frames.length), state);

      expect(state).toEqual(inOrder.conversation ? inOrder : { ...inOrder, conversation: state.conversation });
      expect(newestSeq(state)).toBe(seqsOf(inOrder).length);
    }),
    { numRuns: 500 },
  );
});
