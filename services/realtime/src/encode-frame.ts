import type { ServerFrame } from "@parley/contracts";

const finalTextFrame = 0x81;

/**
 * The frame as it goes over the wire, header and all: it is made once, however many sockets it is for. Servers don't mask, and no
 * extension is agreed on, so it is the same for every one of them.
 */
export function encodeFrame(frame: ServerFrame): Buffer {
  const text = JSON.stringify(frame);
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(headerLength + length);
  bytes[0] = finalTextFrame;
  if (headerLength === 2) {
    bytes[1] = length;
  } else if (headerLength === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  bytes.write(text, headerLength);
  return bytes;
}
