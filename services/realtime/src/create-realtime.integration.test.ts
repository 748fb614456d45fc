import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { signTicket, signVisitorToken, tokenLifetimes } from "@parley/auth";
import { beginSession, endSession, letIdle } from "@parley/auth/testing";
import {
  type Channel,
  type ConversationId,
  type EventEnvelope,
  limits,
  type RunId,
  type TenantId,
} from "@parley/contracts";
import { takeOver } from "@parley/core/conversations/take-over";
import { createRedisEventLog } from "@parley/platform/event-log/redis-event-log";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openSocket, patience } from "./testing/open-socket.ts";
import {
  createRealtimeWorld,
  dashboardOrigin,
  logger,
  redisUrl,
  secret,
  shopOrigin,
  ticket,
  visitorToken,
} from "./testing/realtime-world.ts";
import { signToken } from "./testing/sign-token.ts";

const channelOf = ({ conversationId }: { conversationId: ConversationId }): Channel => `conversation:${conversationId}`;
const newRun = () => randomUUID() as RunId;
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const delta = (
  of: { tenantId: TenantId; conversationId: ConversationId },
  runId: RunId,
  offset: number,
  text: string,
) =>
  ({
    id: randomUUID(),
    tenantId: of.tenantId,
    event: { type: "answer.delta", conversationId: of.conversationId, runId, ownershipEpoch: 1, offset, text },
  }) satisfies EventEnvelope;
/** Time that a test can let pass, and that passes by itself as well. */
const clock = { toFake: ["setTimeout" as const, "clearTimeout" as const, "Date" as const], shouldAdvanceTime: true };
afterEach(() => {
  vi.useRealTimers();
});
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

const eventLogs = {
  "in process": () => undefined,
  "of Redis": () =>
    createRedisEventLog({
      url: redisUrl,
      logger,
      partitions: 2,
      prefix: `test-${randomUUID()}`,
    }),
};

describe.each(Object.entries(eventLogs))("over the event log %s", (_, createEventLog) => {
  async function createOver() {
    const eventLog = await createEventLog();
    return createRealtimeWorld(eventLog ? { eventLog } : {});
  }

  test("a socket that was cut off goes on where it was, without a hole and without a repetition", async () => {
    await using world = await createOver();
    const contact = await world.contact();
    const first = await world.visit(contact);
    first.send({ type: "subscribe", channel: channelOf(contact), after: 0 });
    await first.frame({ type: "subscribed" });
    for (const text of ["one", "two"]) await contact.say(text);
    await world.relay(contact.tenantId);
    await vi.waitFor(() => expect(first.seqs()).toEqual([1, 2]), patience);

    first.socket.terminate();
    await contact.say("three");
    await world.relay(contact.tenantId);
    const second = await world.visit(contact);
    second.send({ type: "subscribe", channel: channelOf(contact), after: 2 });
    await contact.say("four");
    await world.relay(contact.tenantId);

    await vi.waitFor(() => expect(second.seqs()).toEqual([3, 4]), patience);
  });

  test("events that come twice, swapped or not at all reach a client once, in order", async () => {
    await using world = await createOver();
    const contact = await world.contact();
    const socket = await world.visit(contact);
    socket.send({ type: "subscribe", channel: channelOf(contact) });
    await socket.frame({ type: "subscribed" });

    for (const text of upTo(9).map(String)) await contact.say(text);
    const announced = await world.announced(contact.tenantId);
    const [, second, third, ...rest] = announced.filter(({ event }) => event.type === "message.created");
    if (!second || !third) throw new Error("messages were not announced");
    await world.eventLog.publish([third, second, third, ...rest.toReversed(), ...announced, ...announced]);
    await contact.say("ten");
    await world.relay(contact.tenantId);

    await vi.waitFor(() => expect(socket.seqs()).toEqual(upTo(10)), patience);
    const texts = socket.events().flatMap((event) => (event.type === "message.created" ? [event.message.text] : []));
    expect(texts).toEqual([...upTo(9).map(String), "ten"]);
  });

  test("a member takes over in mid-answer: the answer is gone, and not one word of it comes after", async () => {
    await using world = await createOver();
    const contact = await world.contact();
    const runId = newRun();
    const socket = await world.visit(contact);
    socket.send({ type: "subscribe", channel: channelOf(contact) });
    await socket.frame({ type: "subscribed" });
    await world.eventLog.publish([delta(contact, runId, 0, "Hel"), delta(contact, runId, 3, "lo")]);
    await vi.waitFor(() => expect(socket.events()).toHaveLength(2), patience);

    const { memberId } = contact.member;
    await world.db.transaction(contact.tenantId, (tx) => takeOver(tx, memberId, contact.conversationId));
    await world.relay(contact.tenantId);
    await world.eventLog.publish([delta(contact, runId, 5, " there"), delta(contact, runId, 0, "Hello there")]);
    await contact.say("Thank you");
    await world.relay(contact.tenantId);
    await vi.waitFor(() => expect(socket.seqs()).toEqual([1, 2]), patience);
    const latecomer = await world.visit(contact);
    latecomer.send({ type: "subscribe", channel: channelOf(contact) });
    const subscribed = await latecomer.frame({ type: "subscribed" });

    expect(socket.events().map(({ type }) => type)).toEqual([
      "answer.delta",
      "answer.delta",
      "conversation.changed",
      "message.created",
      "message.created",
    ]);
    expect(subscribed).toMatchObject({ conversation: { status: "open", ownershipEpoch: 2 } });
    expect(subscribed).not.toHaveProperty("answer");
  });

  test("who comes in mid-answer gets its text so far, and then the rest", async () => {
    await using world = await createOver();
    const contact = await world.contact();
    const runId = newRun();
    const early = await world.visit(contact);
    early.send({ type: "subscribe", channel: channelOf(contact) });
    await early.frame({ type: "subscribed" });
    await world.eventLog.publish([delta(contact, runId, 0, "Hel"), delta(contact, runId, 3, "lo")]);
    await vi.waitFor(() => expect(early.events()).toHaveLength(2), patience);

    const late = await world.visit(contact);
    late.send({ type: "subscribe", channel: channelOf(contact) });
    expect(await late.frame({ type: "subscribed" })).toMatchObject({ answer: { runId, text: "Hello" } });
    await world.eventLog.publish([delta(contact, runId, 5, "!")]);
    await vi.waitFor(() => expect(late.events()).toMatchObject([{ type: "answer.delta", offset: 5 }]), patience);
  });
});

describe("a history", () => {
  test("that is longer than what is replayed comes in pages, each asked for", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const long = "😀".repeat(limits.messageLength / 2);
    for (const _ of upTo(limits.replayedMessages + 1)) await contact.say(long);
    const socket = await world.visit(contact);

    socket.send({ type: "subscribe", channel: channelOf(contact), after: 0 });
    await socket.frame({ type: "subscribed", complete: false });
    await contact.say("while it is not subscribed");
    await world.relay(contact.tenantId);
    socket.send({ type: "subscribe", channel: channelOf(contact), after: limits.replayedMessages });
    await socket.frame({ type: "subscribed", complete: true });
    await contact.say("afterwards");
    await world.relay(contact.tenantId);

    await vi.waitFor(() => expect(socket.seqs()).toEqual(upTo(limits.replayedMessages + 3)), patience);
  });

  test("of one tenant is not to be had with another's token, nor its lists", async () => {
    await using world = await createRealtimeWorld();
    const [ours, theirs] = [await world.contact(), await world.contact()];
    const member = await world.work(ours);
    member.send(
      { type: "subscribe", channel: channelOf(theirs) },
      { type: "subscribe", channel: channelOf(ours) },
      { type: "subscribe", channel: "conversations" },
    );
    await member.frame({ type: "subscribed", channel: "conversations" });
    await theirs.say("secret");
    await world.relay(theirs.tenantId);
    await ours.say("hello");
    await world.relay(ours.tenantId);
    await vi.waitFor(() => expect(member.events()).toHaveLength(2), patience);

    expect(member.errors()).toEqual(["channel.not_found"]);
    expect(member.texts.join("")).not.toContain("secret");
  });

  test("of somebody else can't be told from one that isn't there, to the byte", async () => {
    await using world = await createRealtimeWorld();
    const place = await world.tenant();
    const ours = await world.contact(place);
    const colleague = await world.contact(place);
    const foreign = await world.contact();
    const missing = randomUUID() as ConversationId;
    const socket = await world.visit(ours);
    const ids = [colleague.conversationId, foreign.conversationId, missing];
    for (const conversationId of ids) socket.send({ type: "subscribe", channel: channelOf({ conversationId }) });
    await vi.waitFor(() => expect(socket.errors()).toHaveLength(3), patience);

    const [first, ...others] = socket.texts.slice(1).map((text, index) => text.replaceAll(String(ids[index]), "<id>"));
    expect(others).toEqual([first, first]);
    expect(first).toContain("channel.not_found");
  });

  test.each(["conversations", "documents", "conversation:", "conversation:x", "", "conversation:../../x", "users"])(
    "a contact gets nothing from the channel %j",
    async (channel) => {
      await using world = await createRealtimeWorld();
      const socket = await world.visit(await world.contact());
      socket.send({ type: "subscribe", channel });
      await socket.frame({ type: "error", channel });

      expect(socket.errors()).toEqual(["channel.not_found"]);
    },
  );

  test("an id in another spelling is no channel, rather than one that stays silent", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const socket = await world.visit(contact);
    socket.send({ type: "subscribe", channel: `conversation:${contact.conversationId.toUpperCase()}` });
    await vi.waitFor(() => expect(socket.errors()).toEqual(["channel.not_found"]), patience);
  });
});

describe("a socket", () => {
  test("has to say who it speaks for in time, and before anything else", async () => {
    await using world = await createRealtimeWorld({ patience: { authenticateMs: 100 } });
    const silent = await world.open();
    const hasty = await world.open();
    hasty.send({ type: "subscribe", channel: "conversations" });

    for (const { closed, errors } of [silent, hasty]) {
      expect(await closed).toEqual({ code: 4401, reason: "auth.required" });
      expect(errors()).toEqual(["auth.required"]);
    }
  });

  test("that has authenticated in time may stay", async () => {
    await using world = await createRealtimeWorld();
    vi.useFakeTimers(clock);
    const socket = await world.visit(await world.contact());
    await socket.frame({ type: "authenticated" });
    vi.advanceTimersByTime(10 * limits.socketAuthenticateMs);
    socket.send({ type: "ping" });
    await socket.frame({ type: "pong" });
  });

  const claims = (more: object = {}) => ({
    tenantId: randomUUID(),
    inboxId: randomUUID(),
    contactId: randomUUID(),
    origin: shopOrigin,
    aud: "parley/visitor",
    iat: inSeconds(-60),
    exp: inSeconds(60),
    ...more,
  });
  test.each([
    ["expired", () => signToken(secret, claims({ exp: inSeconds(-1) })), "auth.expired"],
    [
      "signed with another secret",
      () => signToken("another secret, which is not the server's own", claims()),
      "auth.required",
    ],
    ["signed by nobody", () => signToken(secret, claims(), { alg: "none" }).replace(/[^.]*$/, ""), "auth.required"],
    ["made for something else", () => signToken(secret, claims({ aud: "parley/session" })), "auth.required"],
    ["without a tenant", () => signToken(secret, claims({ tenantId: undefined })), "auth.required"],
    ["no token", () => "token", "auth.required"],
  ])("with a token that is %s is told so and closed", async (_, token, code) => {
    await using world = await createRealtimeWorld();
    const socket = await world.open();
    socket.send({ type: "authenticate", token: token() });

    expect(await socket.closed).toEqual({ code: 4401, reason: code });
    expect(socket.errors()).toEqual([code]);
  });

  test("of a page that the token was not made for is refused, and so is one that hides where it is", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const sameSite = await visitorToken(contact, dashboardOrigin);
    for (const [origin, token] of [
      ["https://evil.example", await visitorToken(contact)],
      ["https://shop.example.evil.example", await visitorToken(contact)],
      ["http://shop.example", await visitorToken(contact)],
      ["null", await visitorToken(contact)],
      ["", await visitorToken(contact)],
      [shopOrigin, await ticket({ ...contact, sessionId: await beginSession(world.db) })],
      [shopOrigin, sameSite],
    ] as const) {
      const socket = await world.open(origin);
      socket.send({ type: "authenticate", token });
      expect(await socket.closed).toEqual({ code: 4401, reason: "origin.not_allowed" });
      expect(socket.errors()).toEqual(["origin.not_allowed"]);
    }
  });

  test("[S3 + control] of a session that has ended is closed, whoever ended it; one of another session and a visitor's are not", async () => {
    await using world = await createRealtimeWorld({ patience: { standingMs: 20 } });
    const contact = await world.contact();
    const [one, two] = [await beginSession(world.db), await beginSession(world.db)];
    const ended = await world.work({ ...contact, sessionId: one });
    const other = await world.work({ ...contact, sessionId: two });
    const visitor = await world.visit(contact);
    for (const socket of [ended, other, visitor]) await socket.frame({ type: "authenticated" });
    await endSession(world.db, one);

    expect(await ended.closed).toEqual({ code: 4401, reason: "auth.required" });
    expect(ended.errors()).toEqual(["auth.required"]);
    for (const socket of [other, visitor]) {
      socket.send({ type: "ping" });
      await socket.frame({ type: "pong" });
    }
  });

  test("[S3] is not opened by a ticket whose session has ended, though the ticket is good for minutes still", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const sessionId = await beginSession(world.db);
    await endSession(world.db, sessionId);
    const socket = await world.work({ ...contact, sessionId });

    expect(await socket.closed).toEqual({ code: 4401, reason: "auth.required" });
    expect(socket.frames.map(({ type }) => type)).toEqual(["error"]);
  });

  test("[S2] is no activity: it does not keep its session alive", async () => {
    await using world = await createRealtimeWorld({ patience: { standingMs: 20 } });
    const contact = await world.contact();
    const sessionId = await beginSession(world.db);
    const socket = await world.work({ ...contact, sessionId });
    socket.send({ type: "subscribe", channel: "conversations" });
    await socket.frame({ type: "subscribed" });
    await letIdle(world.db, sessionId, "30 minutes 1 second");

    expect(await socket.closed).toEqual({ code: 4401, reason: "auth.required" });
  });

  test.each([-9, 9])("[F10 + control] is let in by a process whose clock is %d hours off", async (hours) => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const sessionId = await beginSession(world.db);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000 });
    const { tenantId, member, contactId, inbox } = contact;
    const now = await world.db.now();
    const visit = await signVisitorToken(secret, { tenantId, contactId, inboxId: inbox.id, origin: shopOrigin }, now);
    const work = await signTicket(secret, { tenantId, memberId: member.memberId, sessionId, secondFactor: false }, now);
    for (const [{ token }, origin] of [
      [visit, shopOrigin],
      [work, dashboardOrigin],
    ] as const) {
      const socket = await world.open(origin);
      socket.send({ type: "authenticate", token });
      await socket.frame({ type: "authenticated" });
    }
  });

  test("is closed when its token runs out", async () => {
    await using world = await createRealtimeWorld();
    vi.useFakeTimers(clock);
    const socket = await world.visit(await world.contact());
    await socket.frame({ type: "authenticated" });
    vi.advanceTimersByTime(tokenLifetimes.visitorSeconds * 1_000);

    expect(await socket.closed).toEqual({ code: 4401, reason: "auth.expired" });
    expect(socket.errors()).toEqual(["auth.expired"]);
  });

  test("lives on with a newer token of the same person, and of nobody else", async () => {
    await using world = await createRealtimeWorld();
    vi.useFakeTimers(clock);
    const contact = await world.contact();
    const socket = await world.visit(contact);
    socket.send({ type: "subscribe", channel: channelOf(contact) });
    await socket.frame({ type: "subscribed" });
    vi.advanceTimersByTime(10 * 60_000);
    socket.send({ type: "authenticate", token: await visitorToken(contact) });
    const authenticated = () => socket.frames.filter(({ type }) => type === "authenticated");
    await vi.waitFor(() => expect(authenticated()).toHaveLength(2), patience);
    vi.advanceTimersByTime(10 * 60_000);
    await contact.say("still here");
    await world.relay(contact.tenantId);
    await vi.waitFor(() => expect(socket.seqs()).toEqual([1]), patience);

    socket.send({ type: "authenticate", token: await visitorToken(await world.contact(contact)) });
    expect(await socket.closed).toEqual({ code: 4401, reason: "auth.forbidden" });
  });

  test("that sends what is no frame is told where, and closed", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    for (const data of [
      "{",
      "[]",
      '"ping"',
      "null",
      '{"type":"shout"}',
      '{"type":"subscribe"}',
      Buffer.from('{"type":"ping"}'),
    ]) {
      const socket = await world.visit(contact);
      socket.socket.send(data);
      expect(await socket.closed).toEqual({ code: 4400, reason: "bad frame" });
      expect(socket.frames.at(-1)).toMatchObject({ error: { code: "input.invalid", issues: [{}] } });
    }
  });

  test("that sends too much at once is closed with 1009", async () => {
    await using world = await createRealtimeWorld();
    const socket = await world.visit(await world.contact());
    socket.socket.send(JSON.stringify({ type: "ping", padding: "x".repeat(limits.socketFrameBytes) }));

    expect((await socket.closed).code).toBe(1009);
  });

  test("[R5] that sends too often is told so, and closed when it does not stop", async () => {
    await using world = await createRealtimeWorld();
    const socket = await world.visit(await world.contact());
    await socket.frame({ type: "authenticated" });
    for (let count = 0; count < limits.socketFrameBurst + 20; count += 1) socket.send({ type: "ping" });
    await vi.waitFor(() => expect(socket.errors()).toContain("rate.exceeded"), patience);
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    for (let count = 0; count < 3 * limits.socketFrameBurst; count += 1) socket.send({ type: "ping" });

    expect(await socket.closed).toEqual({ code: 4400, reason: "too many frames" });
  });

  test("may follow so many channels and no more, until it leaves one", async () => {
    await using world = await createRealtimeWorld();
    const place = await world.tenant();
    const contacts = [];
    for (const _ of upTo(limits.channelsPerSocket + 1)) contacts.push(await world.contact(place));
    const [first, ...others] = contacts;
    if (!first) throw new Error("there is no contact");
    const socket = await world.work(place);
    for (const contact of contacts) socket.send({ type: "subscribe", channel: channelOf(contact) });
    await vi.waitFor(() => expect(socket.errors()).toEqual(["channel.too_many"]), patience);

    const last = others.at(-1) ?? first;
    socket.send({ type: "unsubscribe", channel: channelOf(first) }, { type: "subscribe", channel: channelOf(last) });
    await socket.frame({ type: "subscribed", channel: channelOf(last) });
    await first.say("to nobody");
    await last.say("to the socket");
    await world.relay(place.tenantId);
    await vi.waitFor(() => expect(socket.events()).toHaveLength(1), patience);
    expect(socket.events()).toMatchObject([{ message: { text: "to the socket" } }]);
  });

  test("keeps no place for a channel that it was refused", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const socket = await world.visit(contact);
    for (const _ of upTo(limits.channelsPerSocket)) {
      socket.send({ type: "subscribe", channel: channelOf({ conversationId: randomUUID() as ConversationId }) });
    }
    await vi.waitFor(() => expect(socket.errors()).toHaveLength(limits.channelsPerSocket), patience);
    socket.send({ type: "subscribe", channel: channelOf(contact) });
    await socket.frame({ type: "subscribed" });
  });

  test("that does not take what it is sent is closed with 4408, and misses nothing when it comes back", async () => {
    await using world = await createRealtimeWorld({ patience: { waitingBytes: 64 * 1024, closeMs: 30_000 } });
    const contact = await world.contact();
    const slow = await world.visit(contact);
    const quick = await world.visit(contact);
    for (const socket of [slow, quick]) {
      socket.send({ type: "subscribe", channel: channelOf(contact) });
      await socket.frame({ type: "subscribed" });
    }
    const runId = newRun();
    const text = "x".repeat(30_000);
    slow.socket.pause();
    // More than the system's own buffers take.
    for (let count = 0; count < 400; count += 1) {
      await world.eventLog.publish([delta(contact, runId, 0, text)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await contact.say("meanwhile");
    await world.relay(contact.tenantId);
    await vi.waitFor(() => expect(quick.seqs()).toEqual([1]), patience);
    slow.socket.resume();

    expect(await slow.closed).toEqual({ code: 4408, reason: "too slow" });
    expect(slow.seqs()).toEqual([]);
    const again = await world.visit(contact);
    again.send({ type: "subscribe", channel: channelOf(contact), after: 0 });
    expect(await again.frame({ type: "subscribed" })).toMatchObject({ messages: [{ seq: 1 }] });
  });

  test("whose client is gone without a word is dropped; one that answers stays", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await using world = await createRealtimeWorld();
    const alive = await world.visit(await world.contact());
    const dead = await openSocket(world.url, { origin: shopOrigin, autoPong: false });
    for (const round of [1, 2, 3]) {
      vi.advanceTimersByTime(30_000);
      // Once this is answered, so is the question that the server asked before.
      alive.send({ type: "ping" });
      await vi.waitFor(() => expect(alive.frames.filter(({ type }) => type === "pong")).toHaveLength(round), patience);
    }

    expect((await dead.closed).code).toBe(1006);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  test("gets nothing of a list that its member did not ask for, and each change of those that it did", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const member = await world.work(contact);
    member.send({ type: "subscribe", channel: "conversations" });
    await member.frame({ type: "subscribed", channel: "conversations" });
    const documentId = randomUUID();
    await world.eventLog.publish([
      { id: "d", tenantId: contact.tenantId, event: { type: "document.changed", documentId } } as EventEnvelope,
    ]);
    await contact.say("hello");
    await world.relay(contact.tenantId);
    await vi.waitFor(() => expect(member.events()).toMatchObject([{ type: "message.created" }]), patience);
    expect(member.frames.at(-1)).toMatchObject({ channel: "conversations" });
  });
});

describe("the server", () => {
  test("tells whether it lives and whether it can serve", async () => {
    await using world = await createRealtimeWorld();
    const get = async (path: string) => {
      const response = await fetch(`${world.http}${path}`);
      return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
    };
    const type = "application/json";
    expect(await get("/healthz")).toEqual({ status: 200, type, body: { status: "ok" } });
    expect(await get("/readyz")).toEqual({
      status: 200,
      type,
      body: { status: "ready", checks: { database: "ok", eventLog: "ok", follower: "ok", sockets: "ok" } },
    });
    expect(await get("/metrics")).toMatchObject({ status: 404, type });
  });

  test("tells that it can't serve without the event log, and asks the database once for all who want to know at once", async () => {
    await using world = await createRealtimeWorld();
    await world.eventLog.close();
    const ping = vi.spyOn(world.db, "ping");
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${world.http}/readyz`)));
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ checks: { database: "ok", eventLog: "failed" } });
    }
    expect(ping.mock.calls.length).toBeLessThan(answers.length);
    expect((await fetch(`${world.http}/healthz`)).status).toBe(200);
  });

  test("says good-bye with 1001 to whoever is there, and takes nobody else", async () => {
    await using world = await createRealtimeWorld();
    const contact = await world.contact();
    const sockets = [await world.visit(contact), await world.visit(contact), await world.open()];
    await world.realtime.close();

    for (const { closed } of sockets) expect(await closed).toEqual({ code: 1001, reason: "going away" });
    await expect(fetch(`${world.http}/healthz`)).rejects.toThrow();
  });

  test("waits no longer than it has to for clients that don't answer its good-bye", async () => {
    await using world = await createRealtimeWorld({ patience: { closeMs: 100 } });
    const socket = await world.visit(await world.contact());
    await socket.frame({ type: "authenticated" });
    socket.socket.pause();
    await world.realtime.close();
  });

  test("bears what is no WebSocket handshake", async () => {
    await using world = await createRealtimeWorld();
    const stream = connect(world.realtime.port, "localhost");
    const answer = new Promise<string>((resolve) => stream.once("data", (data) => resolve(String(data))));
    stream.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    expect(await answer).toMatch(/^HTTP\/1\.1 400/);
    stream.destroy();
    expect((await fetch(`${world.http}/healthz`)).status).toBe(200);
  });
});
