import { randomUUID } from "node:crypto";
import type { SocketCaller } from "@parley/auth";
import { type ConversationId, MemberId, MessageId, type MessagePage } from "@parley/contracts";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { FanOut } from "./fan-out.ts";
import { callerOf, createListener, createTruth, newRun, type Truth } from "./testing/truth.ts";

const memberOf = ({ tenantId }: Truth): SocketCaller => ({
  kind: "member",
  tenantId,
  memberId: MemberId.parse(randomUUID()),
  sessionId: randomUUID(),
  secondFactor: false,
});

/** A fan-out over what the truths hold; reads are answered when the test says so, or at once. */
function createFanOut(...truths: Truth[]) {
  const pending: (() => void)[] = [];
  const troubles: unknown[] = [];
  let answersAtOnce = true;
  let reads = 0;
  let limit = 200;
  const find = (caller: SocketCaller, id: ConversationId) =>
    truths.find(({ tenantId, conversationId }) => tenantId === caller.tenantId && conversationId === id);
  const fanOut = new FanOut({
    async resume(caller, id, after): Promise<MessagePage | undefined> {
      reads += 1;
      if (!answersAtOnce) await new Promise<void>((resolve) => pending.push(resolve));
      return find(caller, id)?.page(after, limit);
    },
    onTrouble: (error) => troubles.push(error),
  });
  return {
    fanOut,
    troubles,
    get reads() {
      return reads;
    },
    /** Reads wait from now on. */
    hold() {
      answersAtOnce = false;
    },
    /** Answers the reads that wait, and those that come. */
    async release() {
      answersAtOnce = true;
      for (const resolve of pending.splice(0)) resolve();
      await settled();
    },
    pageSize(size: number) {
      limit = size;
    },
  };
}

/** Everything that is under way in memory is done. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const channelOf = ({ conversationId }: Truth) => `conversation:${conversationId}` as const;

describe("a conversation's channel", () => {
  test("begins with what was missed and goes on with what comes", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    for (const text of ["one", "two", "three"]) truth.say(text);
    const listener = createListener(callerOf(truth));

    await fanOut.join(listener.subscriber, channelOf(truth), 1);
    fanOut.onEvent(truth.say("four"));

    expect(listener.seqs).toEqual([2, 3, 4]);
    expect(listener.frames[0]).toMatchObject({ type: "subscribed", complete: true, conversation: { lastSeq: 3 } });
  });

  test("sends what happens while the history is being read once, after it", async () => {
    const truth = createTruth();
    const server = createFanOut(truth);
    truth.say("one");
    const listener = createListener(callerOf(truth));

    server.hold();
    const joined = server.fanOut.join(listener.subscriber, channelOf(truth), 0);
    // In the database before the read, and in the event log after it: it comes twice.
    server.fanOut.onEvent(truth.say("two"));
    await server.release();
    await joined;
    server.fanOut.onEvent(truth.say("three"));

    expect(listener.seqs).toEqual([1, 2, 3]);
  });

  test("a message that the history read just missed follows it", async () => {
    const truth = createTruth();
    truth.say("one");
    const before = truth.page(0);
    const { promise, resolve } = Promise.withResolvers<MessagePage>();
    const fanOut = new FanOut({ resume: () => promise, onTrouble: expect.unreachable });
    const listener = createListener(callerOf(truth));

    const joined = fanOut.join(listener.subscriber, channelOf(truth), 0);
    fanOut.onEvent(truth.say("two"));
    resolve(before);
    await joined;

    expect(listener.seqs).toEqual([1, 2]);
  });

  test("fills a hole from the database, with one read for all who miss the same", async () => {
    const truth = createTruth();
    const server = createFanOut(truth);
    const listeners = [1, 2, 3].map(() => createListener(callerOf(truth)));
    for (const { subscriber } of listeners) await server.fanOut.join(subscriber, channelOf(truth), 0);
    const readsToJoin = server.reads;

    truth.say("lost");
    truth.say("lost as well");
    server.fanOut.onEvent(truth.say("three"));
    await settled();

    for (const { seqs } of listeners) expect(seqs).toEqual([1, 2, 3]);
    expect(server.reads).toBe(readsToJoin + 1);
  });

  test("what came while a hole was being filled is not lost, even if the database was read before it was there", async () => {
    const truth = createTruth();
    const reads: PromiseWithResolvers<MessagePage>[] = [];
    const fanOut = new FanOut({
      resume() {
        const read = Promise.withResolvers<MessagePage>();
        reads.push(read);
        return read.promise;
      },
      onTrouble: expect.unreachable,
    });
    const listener = createListener(callerOf(truth));
    const joined = fanOut.join(listener.subscriber, channelOf(truth), 0);
    reads[0]?.resolve(truth.page(0));
    await joined;

    truth.say("lost");
    fanOut.onEvent(truth.say("two"));
    const early = truth.page(0);
    truth.say("lost");
    fanOut.onEvent(truth.say("four"));
    const late = truth.page(2);
    fanOut.onEvent(truth.say("five"));
    reads[1]?.resolve(early);
    await settled();
    reads[2]?.resolve(late);
    await settled();

    expect(listener.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  test("fills a hole that is longer than a page", async () => {
    const truth = createTruth();
    const server = createFanOut(truth);
    const listener = createListener(callerOf(truth));
    await server.fanOut.join(listener.subscriber, channelOf(truth), 0);

    server.pageSize(2);
    for (let count = 0; count < 7; count += 1) truth.say("lost");
    server.fanOut.onEvent(truth.say("eight"));
    await settled();

    expect(listener.seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("learns of a lost message from the state of the conversation alone", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);

    truth.say("lost");
    fanOut.onEvent(truth.changeOwner());
    await settled();

    expect(listener.seqs).toEqual([1]);
    expect(listener.frames.at(-1)).toMatchObject({ event: { conversation: { ownershipEpoch: 2, lastSeq: 1 } } });
  });

  test("reads again when events may have been lost, and tells the lists to be fetched again", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const listener = createListener(memberOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);
    await fanOut.join(listener.subscriber, "conversations", 0);

    truth.say("lost");
    truth.changeOwner();
    fanOut.onGap();
    await settled();

    expect(listener.kinds).toEqual(["subscribed", "subscribed", "subscribed", "message.created"]);
    expect(listener.frames[3]).toMatchObject({ event: { conversation: { ownershipEpoch: 2 } } });
  });

  test("reads again also for whom the database was being read when events may have been lost", async () => {
    const truth = createTruth();
    const reads: PromiseWithResolvers<MessagePage>[] = [];
    const fanOut = new FanOut({
      resume() {
        const read = Promise.withResolvers<MessagePage>();
        reads.push(read);
        return read.promise;
      },
      onTrouble: expect.unreachable,
    });
    const answer = async (index: number, page = truth.page(0)) => {
      reads[index]?.resolve(page);
      await settled();
    };
    const listeners = [
      createListener(callerOf(truth)),
      createListener(callerOf(truth)),
      createListener(callerOf(truth)),
    ];
    const join = (index: number) =>
      void fanOut.join(listeners[index]?.subscriber ?? expect.unreachable(), channelOf(truth), 0);

    join(0);
    await answer(0);
    fanOut.onGap(); // the first one catches up, in read 1
    join(1);
    await answer(2); // the second one is there
    join(2); // the third one joins, in read 3
    const before = truth.page(0);
    truth.say("lost");
    fanOut.onGap();
    await answer(1, before);
    await answer(3, before);
    for (let index = 4; index < reads.length; index += 1) await answer(index);

    expect(listeners.map(({ seqs }) => seqs)).toEqual([[1], [1], [1]]);
  });

  test("a state of the conversation that is older than the one that was sent is not sent", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);

    const [first, second] = [truth.changeOwner(), truth.changeOwner()];
    for (const envelope of [second, first, { ...second, id: "again" }]) fanOut.onEvent(envelope);

    expect(listener.kinds).toEqual(["subscribed", "conversation.changed"]);
    expect(listener.frames[1]).toMatchObject({ event: { conversation: { ownershipEpoch: 3 } } });
  });

  test("tells who missed more than is replayed, and sends nothing more until it subscribes again", async () => {
    const truth = createTruth();
    const server = createFanOut(truth);
    for (let count = 0; count < 5; count += 1) truth.say("missed");
    server.pageSize(3);
    const listener = createListener(callerOf(truth));

    expect(await server.fanOut.join(listener.subscriber, channelOf(truth), 0)).toBe("incomplete");
    server.fanOut.onEvent(truth.say("six"));
    expect(await server.fanOut.join(listener.subscriber, channelOf(truth), 3)).toBe("live");

    expect(listener.frames).toMatchObject([{ complete: false }, { complete: true }]);
    expect(listener.seqs).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("an event that the database never knew ends the subscription rather than leave a hole", async () => {
    const truth = createTruth();
    const { fanOut, troubles } = createFanOut(truth);
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);

    const other = createTruth(truth);
    other.say("one");
    fanOut.onEvent(other.say("two"));
    await vi.waitFor(() => expect(listener.lost).toEqual([`${channelOf(truth)} service.busy`]));

    expect(listener.seqs).toEqual([]);
    expect(troubles).toHaveLength(1);
  });

  test("a database that fails while a hole is filled ends the subscription; subscribing again heals it", async () => {
    const truth = createTruth();
    let isDown = false;
    const fanOut = new FanOut({
      resume: (_, __, after) => (isDown ? Promise.reject(new Error("down")) : Promise.resolve(truth.page(after))),
      onTrouble: () => {},
    });
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);

    isDown = true;
    truth.say("lost");
    fanOut.onEvent(truth.say("two"));
    await settled();
    expect(listener.lost).toEqual([`${channelOf(truth)} service.busy`]);

    isDown = false;
    await fanOut.join(listener.subscriber, channelOf(truth), listener.seqs.at(-1) ?? 0);
    expect(listener.seqs).toEqual([1, 2]);
  });

  test("who left in the middle of joining gets nothing", async () => {
    const truth = createTruth();
    const server = createFanOut(truth);
    const listener = createListener(callerOf(truth));

    server.hold();
    const joined = server.fanOut.join(listener.subscriber, channelOf(truth), 0);
    server.fanOut.leave(listener.subscriber, channelOf(truth));
    await server.release();
    await joined;
    server.fanOut.onEvent(truth.say("one"));

    expect(listener.frames).toEqual([]);
  });

  test("a tenant's event never reaches another tenant's conversation of the same id", async () => {
    const ours = createTruth();
    const theirs = createTruth({ conversationId: ours.conversationId });
    const { fanOut } = createFanOut(ours, theirs);
    const listener = createListener(callerOf(ours));
    await fanOut.join(listener.subscriber, channelOf(ours), 0);

    const runId = newRun();
    for (const envelope of [theirs.words(runId), theirs.words(runId, 0, "secret"), theirs.say("secret")]) {
      fanOut.onEvent(envelope);
    }
    await settled();
    fanOut.onEvent(ours.say("one"));

    expect(listener.kinds).toEqual(["subscribed", "message.created"]);
    expect(JSON.stringify(listener.frames)).not.toContain("secret");
  });

  test("whatever the event log repeats, swaps or loses, each follower gets every message once, in order", async () => {
    const delivery = fc.record({ index: fc.nat(), from: fc.nat(40), again: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(delivery, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (plan, pageSize) => {
          const truth = createTruth();
          const server = createFanOut(truth);
          server.pageSize(pageSize);
          const envelopes = Array.from({ length: 12 }, (_, index) =>
            index % 4 === 3 ? truth.changeOwner : () => truth.say("…"),
          );
          const made: ReturnType<typeof truth.say>[] = [];
          const listeners = [];
          for (const { index, from, again } of plan) {
            const next = envelopes.shift();
            if (next) made.push(next());
            const envelope = made[index % made.length];
            if (envelope) server.fanOut.onEvent(again ? { ...envelope, id: randomUUID() } : envelope);
            if (from % 5 === 0) {
              const listener = createListener(callerOf(truth));
              listeners.push({ listener, from: truth.messages.length });
              void server.fanOut.join(listener.subscriber, channelOf(truth), truth.messages.length);
            }
            if (from % 3 === 0) await settled();
          }
          await settled();
          server.fanOut.onGap();
          await settled();
          await settled();

          for (const { listener, from } of listeners) {
            expect(listener.lost).toEqual([]);
            expect(listener.seqs).toEqual(truth.messages.map(({ seq }) => seq).filter((seq) => seq > from));
            const states = listener.frames.flatMap((frame) =>
              frame.type === "subscribed" && frame.conversation
                ? [frame.conversation]
                : "event" in frame && "conversation" in frame.event
                  ? [frame.event.conversation]
                  : [],
            );
            expect(Math.max(...states.map(({ ownershipEpoch }) => ownershipEpoch))).toBe(truth.state.ownershipEpoch);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("an answer in the making", () => {
  test("who comes in the middle gets the text so far, and then the rest", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const runId = newRun();
    for (const envelope of [truth.words(runId), truth.words(runId, 0, "Hel"), truth.words(runId, 3, "lo")]) {
      fanOut.onEvent(envelope);
    }
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);
    fanOut.onEvent(truth.words(runId, 5, " there"));

    expect(listener.frames[0]).toMatchObject({ answer: { runId, ownershipEpoch: 1, text: "Hello" } });
    expect(listener.frames[1]).toMatchObject({ event: { type: "answer.delta", offset: 5, text: " there" } });
  });

  test("is gone when its message has come, and late words of it are dropped", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const runId = newRun();
    fanOut.onEvent(truth.words(runId, 0, "Hello"));
    fanOut.onEvent(truth.say("Hello.", { author: "assistant", outcome: "answered", runId }));
    fanOut.onEvent(truth.words(runId, 0, "Hello"));
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);
    fanOut.onEvent(truth.words(runId, 0, "Hello"));
    fanOut.onEvent(truth.words(runId));

    expect(listener.frames).toHaveLength(1);
    expect(listener.frames[0]).not.toHaveProperty("answer");
  });

  test("not one word of it comes after the conversation has changed hands", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);
    const runId = newRun();
    fanOut.onEvent(truth.words(runId, 0, "Hel"));
    fanOut.onEvent(truth.changeOwner());
    fanOut.onEvent(truth.words(runId, 3, "lo", 1));
    fanOut.onEvent(truth.words(runId, 0, "Hello", 1));
    fanOut.onEvent(truth.words(newRun(), undefined, "", 1));
    const latecomer = createListener(callerOf(truth));
    await fanOut.join(latecomer.subscriber, channelOf(truth), 0);

    expect(listener.kinds).toEqual(["subscribed", "answer.delta", "conversation.changed"]);
    expect(latecomer.frames[0]).not.toHaveProperty("answer");
  });

  test("words of an older owner are dropped although only the database has told of the newer one", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const runId = newRun();
    fanOut.onEvent(truth.words(runId, 0, "Hel"));
    truth.changeOwner();
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);
    fanOut.onEvent(truth.words(runId, 3, "lo", 1));

    expect(listener.frames).toHaveLength(1);
    expect(listener.frames[0]).not.toHaveProperty("answer");
  });

  test("begins anew at offset 0; what leaves a hole or comes twice is dropped until then", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);
    const runId = newRun();
    const first = truth.words(runId, 0, "Hel");
    for (const envelope of [
      first,
      truth.words(runId, 5, " there"), // "lo" was lost
      first,
      truth.words(runId, 1, "e"),
      truth.words(runId, 0, "Hello"),
      truth.words(runId),
      truth.words(runId, 5, " you"),
    ]) {
      fanOut.onEvent(envelope);
    }
    const latecomer = createListener(callerOf(truth));
    await fanOut.join(latecomer.subscriber, channelOf(truth), 0);

    const texts = listener.frames.flatMap((frame) =>
      frame.type === "event" && frame.event.type === "answer.delta" ? [frame.event.text] : [],
    );
    expect(texts).toEqual(["Hel", "Hello", " you"]);
    expect(latecomer.frames[0]).toMatchObject({ answer: { text: "Hello you" } });
  });

  test("who was reading up a hole meanwhile gets the text from its beginning", async () => {
    const truth = createTruth();
    const server = createFanOut(truth);
    const listener = createListener(callerOf(truth));
    await server.fanOut.join(listener.subscriber, channelOf(truth), 0);
    const runId = newRun();

    server.hold();
    truth.say("lost");
    server.fanOut.onEvent(truth.say("two"));
    server.fanOut.onEvent(truth.words(runId, 0, "Hel"));
    server.fanOut.onEvent(truth.words(runId, 3, "lo"));
    await server.release();
    server.fanOut.onEvent(truth.words(runId, 5, "!"));

    expect(listener.frames.slice(1)).toMatchObject([
      { event: { type: "message.created", message: { seq: 1 } } },
      { event: { type: "message.created", message: { seq: 2 } } },
      { event: { type: "answer.delta", offset: 0, text: "Hello" } },
      { event: { type: "answer.delta", offset: 5, text: "!" } },
    ]);
  });

  test("one that grows without bound is not kept, and its message still comes", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const runId = newRun();
    fanOut.onEvent(truth.words(runId, 0, "x".repeat(30_000)));
    fanOut.onEvent(truth.words(runId, 30_000, "x".repeat(30_000)));
    const listener = createListener(callerOf(truth));
    await fanOut.join(listener.subscriber, channelOf(truth), 0);
    fanOut.onEvent(truth.words(runId, 60_000, "x"));
    fanOut.onEvent(truth.say("x", { author: "assistant", outcome: "answered", runId }));

    expect(listener.frames[0]).not.toHaveProperty("answer");
    expect(listener.kinds).toEqual(["subscribed", "message.created"]);
  });
});

describe("a list's channel", () => {
  test("is for members, and brings what changed in their tenant once", async () => {
    const ours = createTruth();
    const theirs = createTruth();
    const { fanOut } = createFanOut(ours, theirs);
    const member = createListener(memberOf(ours));
    const contact = createListener(callerOf(ours));

    expect(await fanOut.join(member.subscriber, "conversations", 0)).toBe("live");
    expect(await fanOut.join(contact.subscriber, "conversations", 0)).toBe("not_found");
    expect(await fanOut.join(contact.subscriber, "documents", 0)).toBe("not_found");
    const said = ours.say("hello");
    for (const envelope of [said, said, theirs.say("secret"), ours.words(newRun())]) fanOut.onEvent(envelope);
    fanOut.leave(member.subscriber, "conversations");
    fanOut.onEvent(ours.say("later"));

    expect(member.kinds).toEqual(["subscribed", "message.created"]);
    expect(contact.frames).toEqual([]);
  });

  test("a vote reaches whoever follows its conversation, and nobody else", async () => {
    const ours = createTruth();
    const theirs = createTruth();
    const { fanOut } = createFanOut(ours, theirs);
    const member = createListener(memberOf(ours));
    const stranger = createListener(memberOf(theirs));
    await fanOut.join(member.subscriber, channelOf(ours), 0);
    await fanOut.join(stranger.subscriber, channelOf(theirs), 0);

    const { tenantId, conversationId } = ours;
    const messageId = MessageId.parse(randomUUID());
    fanOut.onEvent({
      id: "1",
      tenantId,
      event: { type: "message.voted", conversationId, messageId, vote: "down", before: null },
    });

    expect(member.kinds).toEqual(["subscribed", "message.voted"]);
    expect(stranger.kinds).toEqual(["subscribed"]);
  });

  test("orders for workers never leave the server", async () => {
    const truth = createTruth();
    const { fanOut } = createFanOut(truth);
    const member = createListener(memberOf(truth));
    await fanOut.join(member.subscriber, "conversations", 0);
    await fanOut.join(member.subscriber, "documents", 0);
    await fanOut.join(member.subscriber, channelOf(truth), 0);

    const { tenantId, conversationId } = truth;
    fanOut.onEvent({ id: "1", tenantId, event: { type: "run.queued", runId: newRun(), conversationId } });

    expect(member.kinds).toEqual(["subscribed", "subscribed", "subscribed"]);
  });
});
