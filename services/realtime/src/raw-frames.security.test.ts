import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { patience } from "./testing/open-socket.ts";
import { opcodes, openRawSocket, rawFrame } from "./testing/raw-socket.ts";
import { createRealtimeWorld, shopOrigin, visitorToken } from "./testing/realtime-world.ts";

// What no WebSocket library sends. Each broken frame closes its socket with the code that RFC 6455 has for it, and nobody else's.

let world: Awaited<ReturnType<typeof createRealtimeWorld>>;
let token: string;
beforeAll(async () => {
  world = await createRealtimeWorld();
  token = await visitorToken(await world.contact());
});
afterAll(() => world[Symbol.asyncDispose]());

const text = (payload: string) => rawFrame({ opcode: opcodes.text, payload });
const ping = JSON.stringify({ type: "ping" });
const pong = JSON.stringify({ type: "pong" });

/** A socket that has authenticated, frame by frame. */
async function open() {
  const socket = await openRawSocket(world.http, shopOrigin);
  socket.send(text(JSON.stringify({ type: "authenticate", token })));
  await vi.waitFor(() => expect(socket.texts().join()).toContain("authenticated"), patience);
  return socket;
}
const answered = (socket: Awaited<ReturnType<typeof open>>, times = 1) =>
  vi.waitFor(() => expect(socket.texts().filter((answer) => answer === pong)).toHaveLength(times), patience);

describe("frames as they should be", () => {
  test("[K7.1] [K7.2 K7.3 K7.4 K7.5 K7.6 K7.7 K7.8 K7.9 K7.10 K7.11 K7.12 K7.13 control] a text is answered", async () => {
    const socket = await open();
    socket.send(text(ping));
    await answered(socket);
    socket.end();
  });

  test("[K7.2] a ping gets its own bytes back", async () => {
    const socket = await open();
    socket.send(rawFrame({ opcode: opcodes.ping, payload: "are you there" }));
    await vi.waitFor(
      () => expect(socket.received).toContainEqual({ opcode: opcodes.pong, payload: Buffer.from("are you there") }),
      patience,
    );
    socket.end();
  });

  test("[K7.3] a ping may come between the fragments of a message", async () => {
    const socket = await open();
    socket.send(
      rawFrame({ opcode: opcodes.text, payload: ping.slice(0, 5), final: false }),
      rawFrame({ opcode: opcodes.ping, payload: "now" }),
      rawFrame({ opcode: opcodes.continuation, payload: ping.slice(5) }),
    );
    await answered(socket);
    const order = socket.received.slice(-2).map(({ opcode }) => opcode);
    expect(order).toEqual([opcodes.pong, opcodes.text]);
    socket.end();
  });

  test("[K7.4] a message in fragments, one byte each, is put together", async () => {
    const socket = await open();
    const letters = [...ping];
    socket.send(
      ...letters.map((payload, index) =>
        rawFrame({
          opcode: index === 0 ? opcodes.text : opcodes.continuation,
          payload,
          final: index === letters.length - 1,
        }),
      ),
    );
    await answered(socket);
    socket.end();
  });
});

describe("a broken frame closes its socket:", () => {
  const code = (value: number) => Buffer.from([value >> 8, value & 255]);
  const broken = [
    { id: "K7.5", what: "unmasked", closes: 1002, frames: [rawFrame({ opcode: 1, payload: ping, masked: false })] },
    { id: "K7.6", what: "a reserved bit", closes: 1002, frames: [rawFrame({ opcode: 1, payload: ping, reserved: 4 })] },
    { id: "K7.6", what: "another", closes: 1002, frames: [rawFrame({ opcode: 1, payload: ping, reserved: 1 })] },
    { id: "K7.7", what: "an unknown opcode", closes: 1002, frames: [rawFrame({ opcode: 3, payload: ping })] },
    { id: "K7.7", what: "an unknown control", closes: 1002, frames: [rawFrame({ opcode: 11 })] },
    { id: "K7.8", what: "a ping in fragments", closes: 1002, frames: [rawFrame({ opcode: 9, final: false })] },
    {
      id: "K7.9",
      what: "a ping of 126 bytes",
      closes: 1002,
      frames: [rawFrame({ opcode: 9, payload: "x".repeat(126) })],
    },
    { id: "K7.10", what: "a continuation of nothing", closes: 1002, frames: [rawFrame({ opcode: 0, payload: ping })] },
    {
      id: "K7.10",
      what: "a message inside another one",
      closes: 1002,
      frames: [rawFrame({ opcode: 1, payload: ping, final: false }), text(ping)],
    },
    {
      id: "K7.11",
      what: "not UTF-8",
      closes: 1007,
      frames: [rawFrame({ opcode: 1, payload: Buffer.from([0xff, 0xfe]) })],
    },
    { id: "K7.12", what: "a close with 1005", closes: 1002, frames: [rawFrame({ opcode: 8, payload: code(1005) })] },
    { id: "K7.12", what: "a close with 999", closes: 1002, frames: [rawFrame({ opcode: 8, payload: code(999) })] },
    {
      id: "K7.12",
      what: "a close of one byte",
      closes: 1002,
      frames: [rawFrame({ opcode: 8, payload: Buffer.from([3]) })],
    },
    { id: "K7.13", what: "2 GiB, it says", closes: 1009, frames: [rawFrame({ opcode: 1, length: 2n ** 31n })] },
    { id: "K7.13", what: "2^60 bytes, it says", closes: 1009, frames: [rawFrame({ opcode: 1, length: 2n ** 60n })] },
  ];

  test.each(broken)("[$id] [K7.1 control] $what, with $closes", async ({ frames, closes }) => {
    const [socket, neighbour] = [await open(), await open()];
    const before = process.memoryUsage().rss;
    socket.send(...frames);
    await socket.closed;
    expect(socket.closeCode()).toBe(closes);
    expect(socket.texts()).not.toContain(pong); // nothing of it was taken as a message
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);

    neighbour.send(text(ping));
    await answered(neighbour);
    neighbour.end();
  });
});
