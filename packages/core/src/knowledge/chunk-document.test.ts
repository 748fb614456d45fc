import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chunk, chunkDocument } from "./chunk-document.ts";
import { estimateTokens } from "./estimate-tokens.ts";

const markdown = (text: string) => [...chunkDocument(text, "text/markdown")];
const plain = (text: string) => [...chunkDocument(text, "text/plain")];

const word = fc.stringMatching(/^[a-zA-Zäöü0-9]{1,12}$/);
const sentence = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 25 }), fc.constantFrom(".", "?", "!", "…", ""))
  .map(([words, end]) => words.join(" ") + end);
const paragraph = fc.array(sentence, { minLength: 1, maxLength: 20 }).map((sentences) => sentences.join(" "));
const list = fc
  .tuple(fc.constantFrom("- ", "* ", "1. "), fc.array(sentence, { minLength: 1, maxLength: 30 }))
  .map(([mark, items]) => items.map((item) => mark + item).join("\n"));
const table = fc
  .array(fc.tuple(word, word), { minLength: 1, maxLength: 60 })
  .map((rows) => ["| a | b |", "|---|---|", ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join("\n"));
const code = fc
  .tuple(fc.constantFrom("```", "~~~~", "```js"), fc.array(sentence, { maxLength: 60 }))
  .map(([fence, lines]) => [fence, ...lines, fence.replace("js", "")].join("\n"));
const quote = paragraph.map((text) => `> ${text}`);
const heading = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.array(word, { minLength: 1, maxLength: 6 }))
  .map(([depth, words]) => `${"#".repeat(depth)} ${words.join(" ")}`);
const block = fc.oneof(paragraph, paragraph, list, table, code, quote, heading, heading);
const document = fc.array(block, { minLength: 1, maxLength: 40 }).map((blocks) => blocks.join("\n\n"));
const anything = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6_000 }),
  fc.string({
    unit: fc.constantFrom(..."#>-*`~|[]()<!\\ \n\n\t1.a😀"),
    maxLength: 4_000,
  }),
);

const isInOrder = (chunks: Chunk[], text: string) => {
  let last = 0;
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.ordinal).toBe(index);
    expect(chunk.start).toBeGreaterThanOrEqual(last);
    expect(chunk.end).toBeGreaterThan(chunk.start);
    expect(chunk.text).toBe(text.slice(chunk.start, chunk.end));
    expect(chunk.text.isWellFormed()).toBe(text.isWellFormed() || chunk.text.isWellFormed());
    last = chunk.end;
  }
};

const isSmall = (chunks: Chunk[]) => {
  for (const chunk of chunks) {
    expect(estimateTokens(chunk.text)).toBeLessThanOrEqual(220);
    expect(chunk.text.length).toBeLessThanOrEqual(2_200);
  }
};

describe("whatever the document", () => {
  test("a chunk is the document's text from its start to its end, in order, without overlap", () => {
    fc.assert(
      fc.property(fc.oneof(document, anything), (text) => {
        isInOrder(markdown(text), text);
        isInOrder(plain(text), text);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  test("no chunk is larger than an embedder can read", () => {
    fc.assert(
      fc.property(fc.oneof(document, anything), (text) => {
        isSmall(markdown(text));
        isSmall(plain(text));
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  test("nothing that can be read is lost: it is in a chunk, or in the heading path of one that follows", () => {
    fc.assert(
      fc.property(document, (text) => {
        const chunks = markdown(text);
        let rest = text;
        for (const { start, end } of chunks) rest = rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end);
        for (const line of rest.split("\n")) {
          const title = line.replace(/^#+/, "").trim();
          if (title) expect(chunks.some(({ headingPath }) => headingPath.includes(title))).toBe(true);
        }
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  test("nothing of a plain text is lost but white space", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const kept = plain(text).map((chunk) => chunk.text);
        expect(kept.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});

describe("a chunk's heading path", () => {
  test("has the headings above it, outermost first, without their markup", () => {
    const text =
      "# The `shop`\n\nWelcome.\n\n## [Returns](/r)\n\n### How *long*?\n\nThirty days.\n\n## Shipping\n\nTwo days.\n";
    expect(markdown(text).map(({ headingPath, text }) => [...headingPath, text])).toEqual([
      ["The shop", "Welcome."],
      ["The shop", "Returns", "How long?", "Thirty days."],
      ["The shop", "Shipping", "Two days."],
    ]);
  });

  test("is the heading's own where nothing stands below it, and that heading is a chunk", () => {
    expect(markdown("# A\n\n## B\n\n## C\n\nText\n\n# D").map(({ headingPath, text }) => [headingPath, text])).toEqual([
      [["A", "B"], "## B"],
      [["A", "C"], "Text"],
      [["D"], "# D"],
    ]);
  });

  test("knows underlined headings", () => {
    expect(markdown("Title\n=====\n\nText\n")[0]?.headingPath).toEqual(["Title"]);
  });
});

describe("blocks", () => {
  const filler = (words: number) => `${"word ".repeat(words - 1)}word.`;

  test("a list that fits into a chunk is not cut, though the text before it is long", () => {
    const list = Array.from({ length: 10 }, (_, index) => `- item ${index} of the list`).join("\n");
    const chunks = markdown(`${filler(170)}\n\n${list}\n`);
    expect(chunks.map(({ text }) => text)).toEqual([filler(170), list]);
  });

  test("a table that does not fit is cut between its rows", () => {
    const rows = Array.from({ length: 80 }, (_, index) => `| key ${index} | value ${index} |`);
    for (const { text } of markdown(["| a | b |", "|---|---|", ...rows].join("\n"))) {
      expect(text.startsWith("|") && text.endsWith("|")).toBe(true);
    }
  });

  test("a long paragraph is cut between its sentences, into parts of about the same size", () => {
    const sentences = Array.from({ length: 40 }, (_, index) => `This is the sentence with the number ${index}.`);
    const chunks = markdown(sentences.join(" "));
    expect(chunks.every(({ text }) => text.endsWith("."))).toBe(true);
    const sizes = chunks.map(({ text }) => text.length);
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.5);
  });

  test("a cut code block has its parts to itself", () => {
    const code = Array.from({ length: 60 }, (_, index) => `  call(${index}, "argument");`);
    const chunks = markdown(["Before.", "", "```js", ...code, "```", "", "After."].join("\n"));
    expect(chunks[0]?.text).toBe("Before.");
    expect(chunks[1]?.text.startsWith("```js\n")).toBe(true);
    expect(chunks.at(-2)?.text.endsWith("```")).toBe(true);
    expect(chunks.at(-1)?.text).toBe("After.");
  });

  test("front matter, comments and rules are no chunks", () => {
    const text = "---\ntitle: Hidden\n---\n\n<!-- not for readers -->\n\nText.\n\n---\n\nMore.\n";
    const chunks = markdown(text);
    expect(chunks.map((chunk) => chunk.text)).toEqual(["Text.\n\n---\n\nMore."]);
    expect(text.slice(chunks[0]?.start, chunks[0]?.end)).toBe("Text.\n\n---\n\nMore.");
  });

  test("headings inside a code block are code, be it ever so long", () => {
    const long = ["# A", "", "```sh", ...Array(2_000).fill("# not a heading"), "```", "", "Text"].join("\n");
    expect(new Set(markdown(long).map(({ headingPath }) => headingPath.join()))).toEqual(new Set(["A"]));
    expect(markdown("# A\n\n```sh\n# not a heading\n```\n")).toMatchObject([{ headingPath: ["A"] }]);
  });
});

describe("a large document", () => {
  test.each([
    ["prose with headings", `# Part\n\n${"Some words of prose. ".repeat(40)}\n\n`, "text/markdown"],
    ["one line", "word ".repeat(50), "text/markdown"],
    ["one word", "x".repeat(1_000), "text/markdown"],
    ["emoji", "😀".repeat(500), "text/plain"],
    ["one paragraph of text", "Some words of prose. ".repeat(40), "text/plain"],
    ["deep quotes", `${"> ".repeat(400)}deep\n`, "text/markdown"],
    ["brackets", "[".repeat(1_000), "text/markdown"],
    ["stars", "*a **b ".repeat(150), "text/markdown"],
    ["an open fence", "```\ncode that never ends\n", "text/markdown"],
  ] as const)("is cut as a small one is: %s", (_name, part, mediaType) => {
    const text = part.repeat(Math.ceil(400_000 / part.length));
    const chunks = [...chunkDocument(text, mediaType)];
    isInOrder(chunks, text);
    isSmall(chunks);
    const kept = chunks.reduce((sum, chunk) => sum + chunk.text.replace(/\s/g, "").length, 0);
    expect(kept).toBeGreaterThan(text.replace(/\s/g, "").length * 0.95);
  });

  test("is not read further than the chunks that were asked for", () => {
    const text = "# Part\n\nSome words.\n\n".repeat(100_000);
    let furthest = 0;
    const watched = new Proxy(new String(text), {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (property !== "slice") return typeof value === "function" ? value.bind(target) : value;
        return (start: number, end: number) => {
          furthest = Math.max(furthest, end);
          return text.slice(start, end);
        };
      },
    });
    chunkDocument(watched as unknown as string, "text/markdown").next();
    expect(furthest).toBeGreaterThan(0);
    expect(furthest).toBeLessThan(20_000);
  });
});
