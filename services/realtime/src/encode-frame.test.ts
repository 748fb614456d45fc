import { expect, test } from "vitest";
import { encodeFrame } from "./encode-frame.ts";

const emptyLength = JSON.stringify({ type: "unsubscribed", channel: "" }).length;

test.each([
  [125, [0x81, 125]],
  [126, [0x81, 126, 0, 126]],
  [65_535, [0x81, 126, 0xff, 0xff]],
  [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
])("a text of %i bytes has the header that RFC 6455 asks for, and is whole", (length, header) => {
  const channel = "x".repeat(length - emptyLength);
  const frame = encodeFrame({ type: "unsubscribed", channel });

  expect([...frame.subarray(0, header.length)]).toEqual(header);
  expect(frame.length).toBe(header.length + length);
  expect(JSON.parse(frame.toString("utf8", header.length))).toEqual({ type: "unsubscribed", channel });
});

test("the length counts bytes, not characters, and half a character is still valid UTF-8", () => {
  const channel = "é😀\ud83d";
  const frame = encodeFrame({ type: "unsubscribed", channel });

  expect(frame[1]).toBe(frame.length - 2);
  expect(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(frame.subarray(2)))).toMatchObject({ channel });
});
