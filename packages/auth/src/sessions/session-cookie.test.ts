import { expect, test } from "vitest";
import { cookiesOf, readSigned, sessionCookie } from "./session-cookie.ts";

const secret = "a secret of this test alone, 32 characters or more";
const cookies = cookiesOf("http://localhost:3001");
const [cookie = ""] = sessionCookie(cookies, "the-token", secret).split(";");
const read = (sent: string, key = secret) => readSigned(sent, cookies.session, key);

test("a cookie that we signed is read", () => {
  expect(read(cookie)).toBe("the-token");
  expect(read(`other=1; ${cookie}`)).toBe("the-token");
});

test.each([
  ["words added after the signature", `${cookie}%27%20OR%201%3D1`],
  ["a letter added after the signature", `${cookie}x`],
  ["a blank within the signature", cookie.replace(/(.{8})$/, "%20$1")],
  ["a signature without its end", cookie.slice(0, -3)],
  ["another token", cookie.replace("the-token", "her-token")],
  ["no signature", cookie.replace(/\..*/, "")],
  ["an empty signature", cookie.replace(/(the-token\.).*/, "$1")],
])("[S6] an edited cookie is none: %s", (_name, edited) => {
  expect(edited).not.toBe(cookie);
  expect(read(edited)).toBeUndefined();
});

test("[S6] nor is one that another secret signed", () => {
  expect(read(cookie, "another secret of this test, also long enough")).toBeUndefined();
});
