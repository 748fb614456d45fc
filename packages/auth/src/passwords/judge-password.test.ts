import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { expect, test, vi } from "vitest";
import { judgePassword } from "./judge-password.ts";

const known = ["Ada Lovelace", "ada.lovelace@fernhill.example", "Fernhill Bakery"];
const judge = (password: string, hasSecondFactor = false) => judgePassword(password, { known, hasSecondFactor });

test.each([
  ["14 characters", "vexing otters!", "PASSWORD_TOO_SHORT"],
  ["14 characters that take more than 14 places", `${"🦦".repeat(7)}vexing!`, "PASSWORD_TOO_SHORT"],
  ["129 characters", "vexing otters ".repeat(10).slice(0, 129), "PASSWORD_TOO_LONG"],
  ["one character again and again", "a".repeat(20), "PASSWORD_TOO_COMMON"],
  ["digits in a row", "123456789012345", "PASSWORD_TOO_COMMON"],
  ["keys in a row", "qwertyuiopasdfghjkl", "PASSWORD_TOO_COMMON"],
  ["a much used password again and again", "passwordpasswordpassword", "PASSWORD_TOO_COMMON"],
  ["a much used password and digits in a row", "password12345678", "PASSWORD_TOO_COMMON"],
  ["the product's name", "parleyparleyparley", "PASSWORD_TOO_COMMON"],
  ["the person's name", "AdaLovelace1815", "PASSWORD_TOO_COMMON"],
  ["the person's address", "ada.lovelace@fernhill.example", "PASSWORD_TOO_COMMON"],
  ["the workspace's name", "Fernhill-Bakery!", "PASSWORD_TOO_COMMON"],
  ["the workspace's name in wide letters", "ＦｅｒｎｈｉｌｌＢａｋｅｒｙ1", "PASSWORD_TOO_COMMON"],
])("[A4] %s is no password", (_, password, fault) => {
  expect(judge(password)).toBe(fault);
});

test.each([
  ["words that don't belong together", "vexing otters at noon"],
  ["small letters alone", "qmzvbtkwxhpdrnf"],
  ["digits alone, if nobody would guess them", "839207461058372"],
  [
    "64 characters of many scripts",
    "Ключ от города 鍵は川の底にある مفتاح المدينة 🦦🗝️🌊 αβ und noch viel mehr".slice(0, 64),
  ],
  ["much of one character and then something good", `${"a".repeat(40)} vexing otters at noon`],
  ["emoji", "🦦🗝️🌊🪁🧭🪐🥝🎻🛶🧶🪲🍄🧊🪵🎐"],
  ["128 characters", "vexing otters read maps at noon; ".repeat(4).slice(0, 128)],
  ["spaces at both ends", "  vexing otters at noon  "],
  ["a name and much else", "Ada keeps 12 vexing otters"],
])("[A4 control] %s is one", (_, password) => {
  expect(judge(password)).toBeUndefined();
});

test("8 characters are enough beside a second factor, and 7 are not", () => {
  expect(judge("vx7#otnq")).toBe("PASSWORD_TOO_SHORT");
  expect(judge("vx7#otnq", true)).toBeUndefined();
  expect(judge("vx7#otn", true)).toBe("PASSWORD_TOO_SHORT");
  expect(judge("password", true)).toBe("PASSWORD_TOO_COMMON");
});

test("of the longest password, too, the estimator reads no more than 32 characters at either end", () => {
  const check = vi.spyOn(ZxcvbnFactory.prototype, "check");
  const hostile = ["aA1!".repeat(32), "passw0rd".repeat(16), "qwerty12".repeat(16), "ab".repeat(64)];
  for (const password of hostile) {
    check.mockClear();
    judge(password);
    const read = check.mock.calls.map(([text]) => String(text).length);
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThanOrEqual(2);
    expect(Math.max(...read)).toBeLessThanOrEqual(32);
  }
});
