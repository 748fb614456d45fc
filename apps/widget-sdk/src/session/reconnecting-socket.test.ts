import { afterEach, beforeEach, expect, test, vi } from "vitest";
import ReconnectingSocket from "./reconnecting-socket.ts";

class FakeSocket {
  static readonly all: FakeSocket[] = [];
  readonly url: string;
  readyState = 0;
  readonly sent: string[] = [];
  onopen = () => {};
  onclose = () => {};
  onmessage = (_event: { data: string }) => {};

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  send(data: string) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 3;
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  break() {
    this.readyState = 3;
    this.onclose();
  }
}

const newest = () => FakeSocket.all.at(-1) as FakeSocket;

function connect(address: () => Promise<string> = async () => "ws://localhost") {
  const socket = Reflect.construct(ReconnectingSocket, [
    address,
    [],
    {
      WebSocket: FakeSocket as unknown as typeof WebSocket,
      minReconnectionDelay: 1_000,
      maxReconnectionDelay: 3_000,
      reconnectionDelayGrowFactor: 2,
      connectionTimeout: 10_000,
    },
  ]) as ReturnType<typeof ReconnectingSocket>;
  const heard: string[] = [];
  socket.onopen = () => heard.push("open");
  socket.onclose = () => heard.push("close");
  socket.onmessage = ({ data }) => heard.push(data);
  return { socket, heard };
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all.length = 0;
});
afterEach(() => vi.useRealTimers());

test("opens at once, passes on what comes and sends what is given", async () => {
  const { socket, heard } = connect();
  expect(socket.readyState).toBe(3);
  await vi.advanceTimersByTimeAsync(0);
  newest().open();
  newest().onmessage({ data: "hello" });
  socket.send("hi");
  expect(heard).toEqual(["open", "hello"]);
  expect(newest().sent).toEqual(["hi"]);
  expect(socket.readyState).toBe(1);
});

test("waits longer before each attempt, up to the maximum, and asks for the address anew", async () => {
  let asked = 0;
  connect(async () => `ws://localhost/${++asked}`);
  await vi.advanceTimersByTimeAsync(0);
  for (const [attempt, delay] of [1_000, 2_000, 3_000, 3_000].entries()) {
    expect(newest().url).toBe(`ws://localhost/${attempt + 1}`);
    newest().break();
    await vi.advanceTimersByTimeAsync(delay - 1);
    expect(FakeSocket.all).toHaveLength(attempt + 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.all).toHaveLength(attempt + 2);
  }
});

test("after a connection that lasted, the first wait is short again; after one that was refused at once, it is not", async () => {
  connect();
  await vi.advanceTimersByTimeAsync(0);
  newest().break();
  await vi.advanceTimersByTimeAsync(1_000);
  newest().open();
  newest().break();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(FakeSocket.all).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  newest().open();
  await vi.advanceTimersByTimeAsync(5_000);
  newest().break();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSocket.all).toHaveLength(4);
});

test("an attempt without an answer is given up, and one without an address is a failed one", async () => {
  const address = vi.fn(async () => "ws://localhost").mockRejectedValueOnce(new Error("no token"));
  connect(address);
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1_000);
  const first = newest();
  await vi.advanceTimersByTimeAsync(10_000 + 2_000);
  expect(FakeSocket.all).toHaveLength(2);
  expect(first.readyState).toBe(3);
});

test("a socket that was given up is not heard any more", async () => {
  const { socket, heard } = connect();
  await vi.advanceTimersByTimeAsync(0);
  const first = newest();
  first.open();
  socket.reconnect();
  await vi.advanceTimersByTimeAsync(0);
  newest().open();
  first.onmessage({ data: "late" });
  first.break();
  expect(heard).toEqual(["open", "close", "open"]);
  expect(FakeSocket.all).toHaveLength(2);
});

test("a closed one stays closed", async () => {
  const { socket, heard } = connect();
  await vi.advanceTimersByTimeAsync(0);
  newest().open();
  socket.close();
  newest().break();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard).toEqual(["open", "close"]);
  expect(FakeSocket.all).toHaveLength(1);
});
