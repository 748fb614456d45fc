import fc from "fast-check";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
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
  "See [1]: https://docs.example/any. Or [2]: **https://forms.example/return?x=1**",
  "[s]: https://docs.example/any",
  "[s]: ../guide.md",
  "if (list[0]: (a)) { // a comment",
  "",
  "We are open as follows [1]:\n\nMonday: 9 to 17\nTuesday: 10 to 18",
  "You reach us like this [1]:\n\nPhone: 030 123",
  "Das steht in [2]: Achtung: nicht öffnen.",
  "The address is [1]:\nStreet:Main Road 1",
  "Open [Settings]: General:About",
  'dict["key"]: value:other',
  "It is in [2]: C:\\Programs\\x",
  "- Step [1]: tel:030",
  "[1]: Handbook: Returns\n[2]: Street:Main Road 1\n[3]:\nOffice:Main Road 2\n[4]: Handbook:\n",
  "[1]: [2]: //server/share",
  "[2]: Mo:9-17 (Sa geschlossen) und mehr",
  '[2]: Tel:030 "Zentrale", den ganzen Tag',
])("what leads where an answer may lead stays as it is: %j", (text) => {
  expect(filtered(text)).toBe(text);
});

test.each([
  ["[1]:\r\n\r\nMonday:9 to 17\r\rTuesday", "[1]:\n\nMonday:9 to 17\n\nTuesday"],
  [
    "[1]: Mo:9-17\n[2]: Di:9-18 mit Pause\n[3]: Mi:9-12 und mehr",
    "[1]: \n[2]: Di:9-18 mit Pause\n[3]: Mi:9-12 und mehr",
  ],
  [`1. [${"a".repeat(1_197)}]: //evil.example/x`, `1. [${"a".repeat(1_197)}]: `],
  ['[s]: //evil.example/x "title"', '[s]:  "title"'],
  ["[x](<https:\r//evil.example/?q=secret>)", "[x](<https:\n//evil.example/?q=secret>)"],
  ["[x](<ht\rtps://evil.example>)", "[x](<ht\ntps://evil.example>)"],
  ["[x](http://docs.example&sol;.evil.example/?q=secret)", "[x]()"],
  ["[x](<http://docs.example&bsol;.evil.example/>)", "[x](<>)"],
  ["[x](http://docs.example&colon;80&sol;.evil.example)", "[x]()"],
  ["[Click](https://evil.example/?q=secret) here", "[Click]() here"],
  ["[Click](<https://evil.example/?q=a b>) here", "[Click](<>) here"],
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
  ["[s]: //evil.example/x", "[s]: "],
  ["[s]:\n<//evil.example/x>", "[s]:\n<>"],
  ["> [s]:\n> //evil.example/x", "> [s]:\n> "],
  ["[s]: https&colon;//evil.example/x", "[s]: "],
  ["- 1. > [s]: //evil.example/x", "- 1. > [s]: "],
  ["Words.\n\n  [a\nb]: //evil.example/x", "Words.\n\n  [a\nb]: "],
  [`[${">\n".repeat(700)}s]: //evil.example/x`, `[${">\n".repeat(700)}s]: `],
  [`[${"\\[".repeat(700)}s]: //evil.example/x`, `[${"\\[".repeat(700)}s]: `],
  ["[s]: //evil.example/x 'title' ", "[s]:  'title' "],
  ["[s]: //evil.example/x  \nwords", "[s]:   \nwords"],
  ["[s]: javascript:\u00a0alert(1)", "[s]: \u00a0alert(1)"],
  ["[s]: javascript:](\t[x>)", "[s]: >)"],
  ["[s]: <javascript:>", "[s]: <>"],
  ["[s]: javascript:>alert(1)", "[s]: >alert(1)"],
  ["[s]: tel:1\n\nFax:2 to 3", "[s]: \n\nFax:2 to 3"],
  ["[s]: javascript:alert(1)", "[s]: "],
  ["[s]: https://'.evil.example/x", "[s]: "],
  ["[s]: https://docs.example'.evil.example/x", "[s]: "],
  ["![x](<https://docs.example).evil.example>)", "![x](<>)"],
  [`![x](<${"a".repeat(2_001)} https://docs.example).evil.example>)`, "![x](<>)"],
  ["![x](<&Tab; //evil.example>)", "![x](<>)"],
  ["[s]: &Tab;https://'.evil.example", "[s]: "],
  ['[s]: &#47;\\\\"evil.example', "[s]: "],
  ["![x](https://docs.example\\).evil.example)", "![x]()"],
  ["<https://'.evil.example/x>", "<…>"],
  ["<https://docs.example'.evil.example/x>", "<…>"],
  ["![x](https://a //evil.example/x)", "![x]( )"],
  ["![x](https://a<//evil.example/x>)", "![x](<>)"],
  [`![x](${"a".repeat(2_001)} //evil.example/x) end`, "![x]( ) end"],
  [`![x](${"a".repeat(2_001)}<//evil.example/x>) end`, "![x](<>) end"],
  ["![x](< //evil.example/x>)", "![x](< >)"],
  ["![x](</\t/evil.example/x>)", "![x](<>)"],
  ["![x](/&Tab;/evil.example/x)", "![x]()"],
  ["> ![x](\n> //evil.example/x)", "> ![x](\n> )"],
  ["[[x](a](//evil.example/x)", "[[x]("],
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

test.each(["[^1]: [s]: //evil.example/x", "[^a\\]b]: [s]: //evil.example/x"])(
  "what stands in a note may be a definition: %j",
  (text) => {
    expect(filtered(text)).not.toContain("evil");
  },
);

test("of a gap that is cut short, what is left says where a target ends", () => {
  const gap = " ".repeat(97);
  expect(filtered(`![x](<${gap}>https://docs.example).evil.example>)`)).toBe(`![x](<${gap}>)`);
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
  "[x",
  "![",
  "]:",
  "//evil.example",
  "https:",
  "&#47;",
  "&Tab;",
  "\\",
  "\t",
  "\n> ",
  "'.evil.example",
  ".evil.example",
  '"',
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
  "\r",
  "&sol;",
  "](",
  "](/a)",
  "- ",
  "1. ",
  "[^1]: ",
  "[",
  "]",
  "Tel:",
];
/** Where one is led by what a renderer makes of the text. */
function* hostsIn(node: Nodes): Generator<string> {
  const url = "url" in node && URL.parse(node.url, "https://here.example/chat/");
  if (url && /^(?:https?|ftp):$/.test(url.protocol)) yield url.host;
  for (const child of "children" in node ? node.children : []) yield* hostsIn(child);
}

/** The same for a renderer that reads no references in a target, as our own apps. */
const hostsAsWritten = (text: string): string[] =>
  [...text.matchAll(/\]\((?:<([^<>\n]*)>|([^\s<>()]*))\s*\)/g)].flatMap(([, inAngles, bare]) => {
    const url = URL.parse(inAngles ?? bare ?? "");
    return url && /^(?:https?|ftp):$/.test(url.protocol) ? url.host : [];
  });

const openings = [
  "",
  "[x](",
  "![x](",
  "![x](<",
  "[[x](",
  "<https://",
  "[x]: ",
  "> [x]:\n> ",
  "- ![x](\n  ",
  "* 1) > [x]: ",
  "a\n\n[x\n]: ",
];

test.each([
  { of: "short pieces", numRuns: 10_000, maxLength: 8, given: pieces },
  { of: "long pieces", numRuns: 1_000, maxLength: 5, given: [...pieces, "a".repeat(2_001), "(".repeat(2_001)] },
])("whatever a renderer makes of what is shown leads nowhere else: $of", ({ given, numRuns, maxLength }) => {
  const words = fc.array(fc.constantFrom(...given), { maxLength }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.constantFrom(...openings), words, fc.constantFrom("", ")", ">)"), (opening, text, closing) => {
      const shown = filtered(`${opening}${text}${closing}\n\n[x]`);
      for (const host of [...hostsIn(fromMarkdown(shown)), ...hostsAsWritten(shown)]) {
        expect(["here.example", "docs.example"], shown).toContain(host);
      }
    }),
    { numRuns },
  );
});

const sentences = {
  words: [
    ...[
      "Öffnungszeiten:",
      "Montag:",
      "Adresse :",
      "Téléphone :",
      "Ответ:",
      "答え:",
      "時間：",
      "الجواب:",
      "Note:",
      "„Ja“:",
    ],
    ...[
      "Tel:030",
      "Straße:Hauptweg",
      "Mo:9-17",
      "営業:9:00",
      "std::map",
      "C:\\Windows",
      "re:Invent",
      "8:30",
      "3:1",
      "key:value",
    ],
    ...["open", "ist", "これ", "و", "**Wichtig:**", "`a:b`", "[Settings]", "#4:", "•"],
  ],
  citations: ["[1]", "[1]:", "[2].", "[1][2]:", "[12] :", "[3]:\n", "[1]:\n\n", "[2]:\n\n- ", "[Handbuch]:"],
  between: [" ", " ", " ", ", ", "\n", "\n\n", "\n- ", "\n2. "],
};

test("an answer with citations and colons comes through unchanged, in whatever language", () => {
  const word = fc.oneof(fc.constantFrom(...sentences.words), fc.constantFrom(...sentences.citations));
  const words = fc.array(fc.tuple(word, fc.constantFrom(...sentences.between)), { minLength: 1, maxLength: 12 });
  let tried = 0;
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 9 }), (given, cut) => {
      const text = given.flat().join("");
      // Wherever a definition may stand, its line begins a text.
      const lines = text.split(/\n+/);
      const parts = lines.flatMap((line, at) => (line.includes("]:") ? [lines.slice(at, at + 3).join("\n")] : []));
      if (parts.some((part) => definesAny(fromMarkdown(part)))) return;
      tried++;
      const filter = createLinkFilter(allowed);
      let shown = "";
      for (let at = 0; at < text.length; at += cut) shown += filter.push(text.slice(at, at + cut));
      expect(shown + filter.end()).toBe(text);
    }),
    { numRuns: 1_500 },
  );
  expect(tried).toBeGreaterThan(500);
});

function definesAny(node: Nodes): boolean {
  return node.type === "definition" || ("children" in node && node.children.some(definesAny));
}

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
  "](<",
  "]:<>",
  "[s]: //a.example ",
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
