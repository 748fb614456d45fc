import { type Channel, type ErrorCode, errorCodes, type ServerFrame } from "@parley/contracts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRealtimeClient, type RealtimeClient, type RealtimeStatus } from "./realtime-client.ts";
import { FakeSocket } from "./testing/fake-socket.ts";

const channel = "conversation:00000000-0000-4000-8000-000000000001" as Channel;
const statuses: RealtimeStatus[] = [];
const renewals: boolean[] = [];
let client: RealtimeClient;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  FakeSocket.opened = [];
  statuses.length = 0;
  renewals.length = 0;
});
afterEach(() => {
  client.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Another token every time that it is asked for one. */
let nextToken = async (): Promise<string> => `token ${renewals.length}`;

async function start(): Promise<void> {
  nextToken = async () => `token ${renewals.length}`;
  client = createRealtimeClient({
    url: "wss://realtime.example",
    getToken(renew) {
      renewals.push(renew);
      return nextToken();
    },
    onStatus: (status) => statuses.push(status),
    WebSocket: FakeSocket as unknown as typeof WebSocket,
  });
  await pass(0);
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const authenticated = (inMs = 300_000): ServerFrame => ({
  type: "authenticated",
  expiresAt: new Date(Date.now() + inMs).toISOString(),
});
const error = (code: ErrorCode, of?: Channel): ServerFrame => ({
  type: "error",
  error: { code, message: errorCodes[code].meaning },
  ...(of && { channel: of }),
});
const connect = () => FakeSocket.last.open().receive(authenticated());
const subscribesOf = ({ sent }: FakeSocket) => sent.filter(({ type }) => type === "subscribe");

test("authenticates first, and subscribes once that is done", async () => {
  await start();
  client.subscribe(channel, { after: () => 7 });
  FakeSocket.last.open();
  expect(FakeSocket.last.sent).toEqual([{ type: "authenticate", token: "token 1" }]);

  FakeSocket.last.receive(authenticated());
  expect(FakeSocket.last.sent[1]).toEqual({ type: "subscribe", channel, after: 7 });
  expect(statuses).toEqual(["connecting", "connected"]);
  expect(FakeSocket.last.url).toBe("wss://realtime.example");
});

test("after a break it resumes from the newest seq, and tells what it is doing", async () => {
  let seq = 3;
  await start();
  client.subscribe(channel, { after: () => seq });
  connect();
  seq = 9;
  FakeSocket.last.drop();
  expect(statuses).toEqual(["connecting", "connected", "connecting"]);

  await pass(1_000);
  connect();
  expect(subscribesOf(FakeSocket.last)).toEqual([{ type: "subscribe", channel, after: 9 }]);
  expect(FakeSocket.opened).toHaveLength(2);
});

test("waits longer after every failure, at most 20 s, and never as long as others", async () => {
  const delays: number[][] = [];
  for (const chance of [0, 1]) {
    vi.spyOn(Math, "random").mockReturnValue(chance);
    FakeSocket.opened = [];
    await start();
    const waited: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const before = FakeSocket.opened.length;
      FakeSocket.last.drop();
      const from = Date.now();
      while (FakeSocket.opened.length === before) await pass(100);
      waited.push(Date.now() - from);
    }
    delays.push(waited);
    client.close();
  }

  expect(delays).toEqual([
    [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000],
    [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000],
  ]);
});

test("authenticates again with a new token before the old one runs out, on the same socket", async () => {
  await start();
  client.subscribe(channel, {});
  connect();
  await answerPings(239_000);
  expect(renewals).toEqual([false]);
  await answerPings(2_000);
  expect(renewals).toEqual([false, true]);
  expect(FakeSocket.last.sent.filter(({ type }) => type === "authenticate")).toEqual([
    { type: "authenticate", token: "token 1" },
    { type: "authenticate", token: "token 2" },
  ]);

  FakeSocket.last.receive(authenticated());
  expect(FakeSocket.opened).toHaveLength(1);
  expect(subscribesOf(FakeSocket.last)).toHaveLength(1);
  expect(statuses).toEqual(["connecting", "connected"]);
});

/** Lets time pass on a socket that is alive. */
async function answerPings(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await pass(1_000);
    FakeSocket.last.receive({ type: "pong" });
  }
}

test("a renewal that fails is tried again", async () => {
  await start();
  connect();
  nextToken = () => Promise.reject(new Error("offline"));
  await answerPings(241_000);
  nextToken = async () => "fresh";
  await answerPings(21_000);

  expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "authenticate", token: "fresh" });
  expect(FakeSocket.opened).toHaveLength(1);
});

test.each(["auth.expired", "auth.required", "auth.factor_required"] as const)(
  "after %s it comes back with a new token",
  async (code) => {
    await start();
    FakeSocket.last.open().receive(error(code));
    FakeSocket.last.drop(4401);
    await pass(1_000);
    FakeSocket.last.open();

    expect(renewals).toEqual([false, true]);
    expect(FakeSocket.last.sent).toEqual([{ type: "authenticate", token: "token 2" }]);
  },
);

test("a token that ran out while there was no connection is renewed before the next attempt", async () => {
  await start();
  connect();
  FakeSocket.last.drop();
  vi.setSystemTime(400_000);
  await pass(1_000);

  expect(renewals).toEqual([false, true]);
});

test.each(["origin.not_allowed", "auth.forbidden"] as const)("after %s it gives up", async (code) => {
  await start();
  FakeSocket.last.open().receive(error(code));
  FakeSocket.last.drop(4401);
  await pass(120_000);

  expect(statuses).toEqual(["connecting", "refused"]);
  expect(FakeSocket.opened).toHaveLength(1);
});

test("a token that can't be had now is asked for again", async () => {
  await start();
  client.close();
  FakeSocket.opened = [];
  vi.spyOn(Math, "random").mockReturnValue(0);
  nextToken = () => Promise.reject(new Error("offline"));
  client = createRealtimeClient({
    url: "wss://realtime.example",
    getToken: () => nextToken(),
    WebSocket: FakeSocket as unknown as typeof WebSocket,
  });
  await pass(5_000);
  expect(FakeSocket.opened).toHaveLength(0);
  nextToken = async () => "token";
  await pass(3_000);

  expect(FakeSocket.opened).toHaveLength(1);
});

test("what was missed beyond one frame is asked for page by page", async () => {
  const pages: number[] = [];
  await start();
  client.subscribe(channel, { onSubscribed: ({ messages = [] }) => pages.push(...messages.map(({ seq }) => seq)) });
  connect();
  const message = (seq: number) =>
    ({ seq }) as NonNullable<Extract<ServerFrame, { type: "subscribed" }>["messages"]>[0];
  FakeSocket.last.receive({ type: "subscribed", channel, messages: [message(1), message(2)], complete: false });
  FakeSocket.last.receive({ type: "subscribed", channel, messages: [message(3)], complete: true });

  expect(subscribesOf(FakeSocket.last)).toEqual([
    { type: "subscribe", channel, after: 0 },
    { type: "subscribe", channel, after: 2 },
  ]);
  expect(pages).toEqual([1, 2, 3]);
});

test("two listeners of one channel share a subscription, and each hears everything", async () => {
  const heard: string[] = [];
  await start();
  connect();
  const hear = (who: string) => ({ after: () => (who === "a" ? 5 : 2), onEvent: () => heard.push(who) });
  const leaveA = client.subscribe(channel, hear("a"));
  const leaveB = client.subscribe(channel, hear("b"));
  const event = { type: "event", channel, event: { type: "document.changed" } } as ServerFrame;
  FakeSocket.last.receive(event);
  leaveA();
  leaveA();
  FakeSocket.last.receive(event);
  leaveB();

  expect(heard).toEqual(["a", "b", "b"]);
  expect(FakeSocket.last.sent.slice(1)).toEqual([
    { type: "subscribe", channel, after: 5 },
    { type: "subscribe", channel, after: 2 },
    { type: "unsubscribe", channel },
  ]);
});

test("a refused channel tells its listener and is not asked for again; a busy server is", async () => {
  const refused: ErrorCode[] = [];
  await start();
  client.subscribe(channel, { onError: ({ code }) => refused.push(code) });
  client.subscribe("conversations", { onError: ({ code }) => refused.push(code) });
  connect();
  FakeSocket.last.receive(error("service.busy", "conversations"), error("channel.not_found", channel));
  await pass(4_000);
  expect(subscribesOf(FakeSocket.last).map((frame) => "channel" in frame && frame.channel)).toEqual([
    channel,
    "conversations",
    "conversations",
  ]);

  FakeSocket.last.drop();
  await pass(1_000);
  connect();
  expect(subscribesOf(FakeSocket.last)).toHaveLength(1);
  expect(refused).toEqual(["channel.not_found"]);
});

test("a connection that died silently is noticed and replaced", async () => {
  await start();
  client.subscribe(channel, {});
  connect();
  await pass(30_000);
  expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "ping" });
  await pass(10_001);
  connect();

  expect(FakeSocket.opened).toHaveLength(2);
  expect(subscribesOf(FakeSocket.last)).toHaveLength(1);
  expect(statuses).toEqual(["connecting", "connected", "connecting", "connected"]);
});

test("frames of a kind that it does not know are ignored", async () => {
  const heard: unknown[] = [];
  await start();
  client.subscribe(channel, { onEvent: (event) => heard.push(event) });
  connect();
  FakeSocket.last.receive(
    { type: "party" } as unknown as ServerFrame,
    { type: "event", channel: "documents" } as ServerFrame,
  );

  expect(heard).toEqual([]);
  expect(statuses).toEqual(["connecting", "connected"]);
});

test("once closed it stays closed, and leaves nothing running", async () => {
  await start();
  client.subscribe(channel, {});
  connect();
  client.close();
  await pass(600_000);

  expect(statuses).toEqual(["connecting", "connected", "closed"]);
  expect(FakeSocket.opened).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
