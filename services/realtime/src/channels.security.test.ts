import { randomUUID } from "node:crypto";
import {
  Channel,
  type ConversationId,
  DocumentId,
  type EventEnvelope,
  MemberId,
  RunId,
  SourceId,
} from "@parley/contracts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { patience } from "./testing/open-socket.ts";
import { createRealtimeWorld } from "./testing/realtime-world.ts";

// Every kind of channel that there is, as `Channel` declares them. One of a shape that is not known here has no proof, and fails.

const canary = `canary${randomUUID().slice(0, 8)}`;
let world: Awaited<ReturnType<typeof createRealtimeWorld>>;
beforeAll(async () => {
  world = await createRealtimeWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

type Contact = Awaited<ReturnType<typeof world.contact>>;
type Kind = { name: string; channelOf(conversationId: ConversationId): string; isList: boolean };

const kinds = Channel.options.map((option): Kind => {
  if ("values" in option) {
    const [name] = option.values;
    return { name: String(name), channelOf: () => String(name), isList: true };
  }
  const [prefix, ...others] = option.def.parts;
  if (prefix !== "conversation:" || others.length !== 1)
    throw new Error(`${String(prefix)}: a channel without a proof`);
  return { name: prefix, channelOf: (id) => `${prefix}${id}`, isList: false };
});

/** Everything that can happen in a tenant, as its event log carries it; each event with the conversation's id that is given. */
async function everything(theirs: Contact, conversationId: ConversationId): Promise<EventEnvelope[]> {
  await theirs.say(`${canary} said`);
  const told = await world.announced(theirs.tenantId);
  const run = { conversationId, runId: RunId.parse(randomUUID()), ownershipEpoch: 1 };
  const more: EventEnvelope["event"][] = [
    { type: "document.changed", documentId: DocumentId.parse(randomUUID()) },
    { type: "source.changed", sourceId: SourceId.parse(randomUUID()) },
    { type: "budget.changed" },
    { type: "member.changed", memberId: MemberId.parse(randomUUID()), role: "viewer" },
    { type: "member.removed", memberId: MemberId.parse(randomUUID()) },
    { type: "run.started", ...run },
    { type: "answer.delta", ...run, offset: 0, text: canary },
  ];
  const text = JSON.stringify([
    ...told,
    ...more.map((event) => ({ id: randomUUID(), tenantId: theirs.tenantId, event })),
  ]);
  return JSON.parse(text.replaceAll(theirs.conversationId, conversationId));
}

test.each(kinds)(
  "[T9] nothing of another tenant's $name comes, whatever is asked for and wherever it is resumed",
  async ({ channelOf, isList }) => {
    const [ours, theirs] = [await world.contact(), await world.contact()];
    await ours.say("ours");
    await theirs.say(canary);
    await world.relay(ours.tenantId);
    await world.relay(theirs.tenantId);
    const missing = randomUUID() as ConversationId;

    for (const socket of [await world.visit(ours), await world.work(ours)]) {
      await socket.frame({ type: "authenticated" });
      const begun = socket.texts.length;
      if (!isList) {
        for (const [round, after] of [0, 1, 2 ** 31 - 1].entries()) {
          for (const id of [theirs.conversationId, missing]) {
            socket.send({ type: "subscribe", channel: channelOf(id), after });
          }
          // Asked for once more, the first would not be answered.
          await vi.waitFor(() => expect(socket.errors()).toHaveLength(2 * round + 2), patience);
        }
        const answers = socket.texts
          .slice(begun)
          .map((text) => text.replaceAll(theirs.conversationId, "<id>").replaceAll(missing, "<id>"));
        expect(new Set(answers).size).toBe(1);
      }

      // What happens there, and what a neighbour's events would say of our own conversation, were they mistaken for ours.
      socket.send({ type: "subscribe", channel: channelOf(ours.conversationId) });
      await socket.frame({ channel: channelOf(ours.conversationId) });
      await world.eventLog.publish(await everything(theirs, theirs.conversationId));
      await world.eventLog.publish(await everything(theirs, ours.conversationId));
      await ours.say(`the last word ${randomUUID()}`);
      await world.relay(ours.tenantId);
      socket.send({ type: "subscribe", channel: channelOf(ours.conversationId) }, { type: "ping" });
      await socket.frame({ type: "pong" });
      expect(socket.texts.join("\n")).not.toContain(canary);
      const told = socket.frames.filter(({ type }) => type === "event" || type === "subscribed");
      expect(JSON.stringify(told)).not.toContain(theirs.conversationId);
      socket.socket.terminate();
    }
  },
);

test("[T9 control] their own member gets all of it", async () => {
  const theirs = await world.contact();
  const socket = await world.work(theirs);
  for (const { channelOf } of kinds) socket.send({ type: "subscribe", channel: channelOf(theirs.conversationId) });
  await vi.waitFor(
    () => expect(socket.frames.filter(({ type }) => type === "subscribed")).toHaveLength(kinds.length),
    patience,
  );
  await world.eventLog.publish(await everything(theirs, theirs.conversationId));
  await vi.waitFor(() => {
    expect(new Set(socket.events().map(({ type }) => type))).toEqual(
      new Set([
        "message.created",
        "budget.changed",
        "document.changed",
        "source.changed",
        "member.changed",
        "member.removed",
        "run.started",
        "answer.delta",
      ]),
    );
  }, patience);
  expect(socket.texts.join("\n")).toContain(canary);
});
