import { limits } from "@parley/contracts";
import { expect, test } from "vitest";
import { composerState } from "./composer-state.ts";

test.each(["", " ", "\n\t", "\u200b", "\u0000", "\u200e \u2060"])("%j says nothing and can't be sent", (text) => {
  expect(composerState(text).canSend).toBe(false);
});

test.each(["a", "。", "😀", "שלום", " x ", "<b>", "x".repeat(limits.messageLength)])("%j can be sent", (text) => {
  expect(composerState(text)).toMatchObject({ canSend: true, isTooLong: false });
});

test("the counter is silent at first, counts down near the limit, and then says by how much it is too long", () => {
  expect(composerState("x".repeat(3_599)).counter).toBe("");
  expect(composerState("x".repeat(3_600)).counter).toBe("400 characters left");
  expect(composerState("x".repeat(3_999)).counter).toBe("1 character left");
  expect(composerState("x".repeat(4_012))).toEqual({
    canSend: false,
    counter: "12 characters too long",
    isTooLong: true,
  });
});

test("what is not sent does not count: spaces around the text", () => {
  expect(composerState(` ${"x".repeat(4_000)} `).canSend).toBe(true);
});
