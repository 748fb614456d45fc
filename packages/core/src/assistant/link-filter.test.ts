import fc from "fast-check";
import { expect, test } from "vitest";
import { countCharacters } from "../testing/count-characters.ts";
import { allowLinks, createLinkFilter, filterLinks } from "./link-filter.ts";

const passage =
  "Fill in [the form](https://forms.example/return?x=1), write to <mailto:help@shop.example> or see https://shop.example/a(b).";
const allowed = allowLinks([passage], ["docs.example"]);
const filtered = (text: string) => filterLinks(text, allowed);

test.each([
  passage,
  "See [it](https://docs.example/any?thing#here) and http://docs.example.",
  "Read [the guide](../guide.md) and [this](#part), in `docs/http`, https, mail and ](that).",
  "https: is a scheme, http:// is its beginning, and mailto: one for mail",
  "",
])("what leads where an answer may lead stays as it is: %j", (text) => {
  expect(filtered(text)).toBe(text);
});

test.each([
  ["[Click](https://evil.example/?q=secret) here", "[Click]() here"],
  ["[Click](<https://evil.example/?q=a b>) here", "[Click](< b>) here"],
  ["![](https://evil.example/x.png)", "![]()"],
  ['![x](//evil.example/x.png "title")', '![x]( "title")'],
  ["[x](\\\\evil.example/x)", "[x]()"],
  ["[x](https:evil.example)", "[x]()"],
  ["[x](https&colon;//evil.example)", "[x]()"],
  ["[x](&#104;ttps&#x3a;//evil.example)", "[x]()"],
  ["[x](https\\://evil.example)", "[x]()"],
  ["[x](javascript:alert(1))", "[x]()"],
  ["[x](data:text/html,<b>)", "[x](<b>)"],
  ["[x]( \n https://evil.example )", "[x]( \n  )"],
  ["[x](https://evil.example[x]<", "[x](<"],
  ["[x](https://docs.example/a[https://evil.example/b", "[x]("],
  ["go to https://evil.example/a, now", "go to …, now"],
  ["<https://evil.example>", "<…>"],
  ["<img src='https://evil.example/?x'>", "<img src='…'>"],
  ["`curl https://evil.example`", "`curl …`"],
  ["[s]: https://evil.example/x", "[s]: …"],
  ["HTTPS://EVIL.EXAMPLE", "…"],
  ["mailto:thief@evil.example?body=secret", "…"],
  ["ftp://evil.example/x", "…"],
  ["https://forms.example/return?x=secret", "…"],
  ["https://shop.example.evil.example/", "…"],
  ["https://docs.example@evil.example/", "…"],
  ["https://evil.example/https://docs.example/", "…"],
  ["https://sub.docs.example/", "…"],
  [`https://docs.example/${"a".repeat(3_000)} end`, "… end"],
  [`[x](https://docs.example/${"a".repeat(3_000)}) end`, "[x]() end"],
  [`https:${"/".repeat(3_000)}evil.example`, "…"],
  [`[x](${" ".repeat(3_000)}//evil.example) end`, `[x](${" ".repeat(98)}) end`],
])("nothing leads elsewhere: %j", (text, expected) => {
  expect(filtered(text)).toBe(expected);
  expect(filtered(expected)).toBe(expected);
});

test("what stands in a passage leads there, but never as a script, as data, or by a name before another host", () => {
  const lines =
    "[a](https://a.example) [b](javascript:alert) [c](data:text/plain,x) [d](ftp://d.example) [e](https://a.example@e.example)";
  const given = allowLinks([lines], ["e.example"]);
  expect(filterLinks(lines, given)).toBe("[a](https://a.example) [b]() [c]() [d]() [e]()");
});

test("an address is not shown before it is whole", () => {
  const filter = createLinkFilter(allowed);
  let shown = "";
  for (const character of "See [this](https://evil.example/?secret") {
    shown += filter.push(character);
    expect(shown).not.toMatch(/ht|\(|evil/);
  }
  expect(shown + filter.end()).toBe("See [this](");
});

const pieces = [
  "[x]",
  "(",
  ")",
  "https://",
  "evil.example",
  "docs.example",
  "/a",
  " ",
  "<",
  ">",
  "ht",
  "tps://",
  "mailto:",
  "\n",
  "](",
  "](/a)",
];
const long = ["long".repeat(400), "/".repeat(1_600), " ".repeat(1_600)];

test.each([
  { of: "short pieces", numRuns: 5_000, given: pieces, cuts: { min: 1, max: 7 } },
  { of: "long pieces", numRuns: 500, given: [...pieces, ...long, ...long], cuts: { min: 200, max: 2_500 } },
])("how the words are cut makes no difference: $of", ({ given, numRuns, cuts }) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...given), { maxLength: 12 }), fc.integer(cuts), (parts, cut) => {
      const text = parts.join("");
      const filter = createLinkFilter(allowed);
      let shown = "";
      for (let at = 0; at < text.length; at += cut) {
        shown += filter.push(text.slice(at, at + cut));
        expect(shown).not.toMatch(/https:\/\/evil/);
        expect(filter.text).toBe(filtered(text.slice(0, at + cut)));
      }
      shown += filter.end();
      expect(shown).toBe(filtered(text));
      expect(filter.text).toBe(shown);
    }),
    { numRuns },
  );
});

test.each([
  "](a)",
  "](",
  "[",
  "https:/",
  "https://a.example/(",
  "](a)[1](",
  "h](",
  "[x](https://a.example/b ",
  "](  ",
  "https://a.example....x ",
])("the time for a text that is nothing but %j grows as the text does, however it is cut", async (piece) => {
  const text = piece.repeat(Math.ceil(16_000 / piece.length));
  const read = (length: number, cut: number) => {
    const filter = createLinkFilter(allowed);
    for (let at = 0; at < length; at += cut) filter.push(text.slice(at, Math.min(at + cut, length)));
    filter.end();
  };
  for (const cut of [7, 16_000]) {
    const half = await countCharacters(() => read(8_000, cut));
    const whole = await countCharacters(() => read(16_000, cut));
    expect(whole / half).toBeLessThan(2.5);
  }
});
