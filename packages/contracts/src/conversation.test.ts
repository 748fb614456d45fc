import { expect, test } from "vitest";
import { MessageText } from "./conversation.ts";
import { limits } from "./limits.ts";
import { ClientFrame } from "./realtime.ts";

test.each([
  ["control characters go", "a\u0000b\u0007c\u001bd\u007fe\u009ff", "abcdef"],
  ["line breaks become line feeds, tabs stay", "one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"],
  ["marks of direction and joined emoji stay", "\u202bשלום\u202c 👩‍👩‍👧", "\u202bשלום\u202c 👩‍👩‍👧"],
  ["half a character becomes the sign for it", "\ud83d and \ude00", "\ufffd and \ufffd"],
  ["halves that belong together stay together", "\ud83d\ude00", "😀"],
  ["markup stays what it was", "<b onclick='x'>&amp;</b>", "<b onclick='x'>&amp;</b>"],
])("of what a person types %s", (_, typed, text) => {
  expect(MessageText.parse(typed)).toBe(text);
});

test.each(["", " \n\t", "\u200b\u200e\u2066", "\u0000\u001b", "x".repeat(limits.messageLength + 1)])(
  "what can't be read, or is too long, is no message: %j",
  (typed) => {
    expect(MessageText.safeParse(typed).success).toBe(false);
  },
);

test("a subscription goes on after a number that a message can have", () => {
  const subscribe = (after: number) => ClientFrame.safeParse({ type: "subscribe", channel: "conversations", after });
  expect(subscribe(2 ** 31 - 1).success).toBe(true);
  for (const after of [2 ** 31, -1, 0.5, Number.NaN]) expect(subscribe(after).success).toBe(false);
});
