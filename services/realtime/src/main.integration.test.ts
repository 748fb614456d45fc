import { applyFrame, createRealtimeClient, emptyConversation, newestSeq } from "@parley/client";
import type { Channel, ConversationId } from "@parley/contracts";
import { freePort } from "@parley/platform/testing/free-port";
import { expect, test, vi } from "vitest";
import WebSocket from "ws";
import { createWriter } from "./testing/create-writer.ts";
import { openSocket, patience } from "./testing/open-socket.ts";
import { shopOrigin, visitorToken } from "./testing/realtime-world.ts";
import { startNode } from "./testing/start-node.ts";

const channelOf = ({ conversationId }: { conversationId: ConversationId }): Channel => `conversation:${conversationId}`;

test("told to stop, it says good-bye to its clients, takes no more and ends well", async () => {
  await using writer = await createWriter();
  const contact = await writer.contact();
  await using node = await startNode(await freePort());
  const socket = await openSocket(node.url, { origin: shopOrigin });
  socket.send(
    { type: "authenticate", token: await visitorToken(contact) },
    { type: "subscribe", channel: channelOf(contact) },
  );
  await socket.frame({ type: "subscribed" });
  await contact.say("hello");
  await vi.waitFor(() => expect(socket.seqs()).toEqual([1]), patience);

  const ended = node.end("SIGTERM");
  expect(await socket.closed).toEqual({ code: 1001, reason: "going away" });
  expect(await ended).toBe(0);
  expect((await (await openSocket(node.url, { origin: shopOrigin })).closed).code).toBe(1006);
  expect(node.output()).not.toContain("hello");
});

test("a node that is killed costs its clients a reconnect to the other one, and not one message", async () => {
  const [clientCount, rounds, killedAfter] = [12, 30, 10];
  await using writer = await createWriter();
  await using first = await startNode(await freePort());
  await using second = await startNode(await freePort());
  const place = await writer.tenant();

  const nodes = [first, second];

  const follow = async (_: unknown, index: number) => {
    const contact = await writer.contact(place);
    // As a load balancer does: each attempt goes to the next node.
    let attempt = index;
    class Balanced extends WebSocket {
      constructor() {
        super(String(nodes[attempt++ % nodes.length]?.url), { origin: shopOrigin });
      }
    }
    const client = createRealtimeClient({
      url: "ws://balanced",
      getToken: () => visitorToken(contact),
      WebSocket: Balanced as unknown as typeof globalThis.WebSocket,
    });
    const heard: number[] = [];
    let state = emptyConversation;
    client.subscribe(channelOf(contact), {
      after: () => newestSeq(state),
      onSubscribed(frame) {
        heard.push(...(frame.messages ?? []).map(({ seq }) => seq));
        state = applyFrame(state, frame);
      },
      onEvent(event, frame) {
        if (event.type === "message.created") heard.push(event.message.seq);
        state = applyFrame(state, frame);
      },
    });
    return { contact, client, heard, state: () => state };
  };
  const clients = await Promise.all(Array.from({ length: clientCount }, follow));
  await vi.waitFor(() => expect(clients.every(({ state }) => state().conversation)).toBe(true), patience);

  let killed: Promise<unknown> | undefined;
  for (let round = 1; round <= rounds; round += 1) {
    await Promise.all(clients.map(({ contact }) => contact.say(`round ${round}`)));
    if (round === killedAfter) killed = first.end("SIGKILL");
  }
  expect(await killed).toBe("SIGKILL");
  const everything = Array.from({ length: rounds }, (_, index) => index + 1);
  await vi.waitFor(() => {
    for (const { state } of clients) expect(newestSeq(state())).toBe(rounds);
  }, patience);

  for (const { heard, state, client } of clients) {
    expect(heard).toEqual(everything);
    expect(state().messages.map(({ text }) => text)).toEqual(everything.map((round) => `round ${round}`));
    client.close();
  }
});
