import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePlainText } from "./parse-plain-text.ts";

test("web addresses are links, everything else is text", () => {
  expect(parsePlainText("*See* https://x.example/a_b, (http://y.example).")).toMatchObject([
    { type: "text", value: "*See* " },
    { type: "link", href: "https://x.example/a_b" },
    { type: "text", value: ", (" },
    { type: "link", href: "http://y.example/" },
    { type: "text", value: ")." },
  ]);
});

test("the nodes make up the whole text, in order", () => {
  const token = fc.constantFrom(
    "https://",
    "http://x.example",
    "https://a@b:99999/",
    ".",
    " ",
    "(",
    ")",
    "\n",
    "word",
    "<",
    "javascript:",
  );
  fc.assert(
    fc.property(fc.array(token), (tokens) => {
      const text = tokens.join("");
      expect(
        parsePlainText(text)
          .map(({ start, end }) => text.slice(start, end))
          .join(""),
      ).toBe(text);
    }),
  );
});
