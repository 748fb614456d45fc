import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

type Frame = {
  opcode: number;
  payload?: Buffer | string;
  /** Default true: the last frame of its message. */
  final?: boolean;
  /** The three reserved bits. */
  reserved?: number;
  /** Default true, as a client has to. */
  masked?: boolean;
  /** In place of the payload's. */
  length?: bigint;
};

/** A frame as it goes over the wire, right or wrong. */
export function rawFrame({ opcode, payload = "", final = true, reserved = 0, masked = true, length }: Frame): Buffer {
  const bytes = Buffer.from(payload);
  const head = [(final ? 0x80 : 0) | (reserved << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  const size = length ?? BigInt(bytes.length);
  if (size < 126n) head.push(mask | Number(size));
  else if (size < 65_536n) head.push(mask | 126, Number(size >> 8n), Number(size & 255n));
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(size);
    head.push(mask | 127, ...long);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), bytes]);
  const key = randomBytes(4);
  return Buffer.concat([Buffer.from(head), key, bytes.map((byte, index) => byte ^ (key[index % 4] ?? 0))]);
}

/** A socket without a WebSocket library: it sends whatever bytes a test wants and reads the server's frames. */
export async function openRawSocket(url: string, origin: string) {
  const asked = request(url, {
    headers: {
      origin,
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
    },
  }).end();
  const [, stream, head] = (await once(asked, "upgrade")) as [IncomingMessage, Socket, Buffer];
  stream.on("error", () => {}); // the server may be quicker to let go
  const received: { opcode: number; payload: Buffer }[] = [];
  let bytes = head;
  const read = () => {
    for (;;) {
      const [first, second] = bytes;
      if (first === undefined || second === undefined) return;
      const wide = second & 127;
      const start = wide === 127 ? 10 : wide === 126 ? 4 : 2;
      if (bytes.length < start) return;
      const length = wide === 127 ? Number(bytes.readBigUInt64BE(2)) : wide === 126 ? bytes.readUInt16BE(2) : wide;
      if (bytes.length < start + length) return;
      received.push({ opcode: first & 15, payload: bytes.subarray(start, start + length) });
      bytes = bytes.subarray(start + length);
    }
  };
  read();
  stream.on("data", (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    read();
  });
  const closed = once(stream, "close");
  return {
    received,
    closed,
    send: (...frames: Buffer[]) => void stream.write(Buffer.concat(frames)),
    /** The texts that came. */
    texts: () => received.filter(({ opcode }) => opcode === opcodes.text).map(({ payload }) => payload.toString()),
    /** The code with which the server closed; undefined when it has not. */
    closeCode: () => received.find(({ opcode }) => opcode === opcodes.close)?.payload.readUInt16BE(0),
    end: () => stream.destroy(),
  };
}
