import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block, Inline, Text } from "./markdown-tree.ts";
import { parseMarkdown } from "./parse-markdown.ts";

type Node = Block | Inline;

/** Every text of the tree, in order. */
function textsOf(nodes: readonly Node[]): Text[] {
  return nodes.flatMap((node): Text[] => {
    if (node.type === "text") return [node];
    if (node.type === "break" || node.type === "rule") return [];
    if (node.type === "list") return node.items.flatMap(({ children }) => textsOf(children));
    if (node.type === "table") return node.rows.flat().flatMap(({ children }) => textsOf(children));
    return textsOf(node.children);
  });
}

function everyNode(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (node.type === "text" || node.type === "break" || node.type === "rule") return [node];
    if (node.type === "list") return [node, ...node.items.flatMap(({ children }) => everyNode(children))];
    if (node.type === "table") return [node, ...node.rows.flat().flatMap(({ children }) => everyNode(children))];
    return [node, ...everyNode(node.children)];
  });
}

/** The tree as a short text: `p(a strong(b))`. */
function sketch(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      switch (node.type) {
        case "text":
          return node.value;
        case "break":
          return "<br>";
        case "rule":
          return "rule()";
        case "list":
          return `list${node.first ?? ""}(${node.items.map(({ children }) => `item(${sketch(children)})`).join("")})`;
        case "table":
          return `table(${node.rows.map((row) => row.map(({ children }) => sketch(children)).join("|")).join(" / ")})`;
        case "heading":
          return `h${node.level}(${sketch(node.children)})`;
        case "link":
          return `link<${node.href}>(${sketch(node.children)})`;
        case "code-block":
          return `code-block<${node.language}>(${sketch(node.children)})`;
        default:
          return `${node.type}(${sketch(node.children)})`;
      }
    })
    .join("");
}

const sketchOf = (source: string) => sketch(parseMarkdown(source));

describe("the subset", () => {
  test.each([
    ["two\nlines", "paragraph(two\nlines)"],
    ["one\n\ntwo", "paragraph(one)paragraph(two)"],
    ["hard  \nbreak\\\nhere", "paragraph(hard<br>break<br>here)"],
    ["# One #\n###### Six\n####### seven", "h1(One)h6(Six)paragraph(####### seven)"],
    ["# C#\n#", "h1(C#)h1()"],
    ["Title\n=====\nSub\n---\n---", "h1(Title)h2(Sub)rule()"],
    ["a **b *c*** d", "paragraph(a strong(b emphasis(c)) d)"],
    ["***a***", "paragraph(emphasis(strong(a)))"],
    ["*a **b***", "paragraph(emphasis(a strong(b)))"],
    ["**a*", "paragraph(*emphasis(a))"],
    ["2 * 3 * 4", "paragraph(2 * 3 * 4)"],
    ["snake_case_name and _this_", "paragraph(snake_case_name and emphasis(this))"],
    ["a `code *x*` and `` a ` b ``", "paragraph(a code(code *x*) and code(a ` b))"],
    ["`never closed", "paragraph(`never closed)"],
    ["\\*not emphasis\\*", "paragraph(*not emphasis*)"],
    ["```ts\nconst a = 1;\n\n  b\n```\nafter", "code-block<ts>(const a = 1;\n\n  b)paragraph(after)"],
    ["~~~\n``` inside\n~~~", "code-block<>(``` inside)"],
    ["```\nnever closed", "code-block<>(never closed)"],
    [
      "- a\n- b\n  - c\n\n  d\n- e",
      "list(item(paragraph(a))item(paragraph(b)list(item(paragraph(c)))paragraph(d))item(paragraph(e)))",
    ],
    ["3. a\n4. b", "list3(item(paragraph(a))item(paragraph(b)))"],
    ["- a\nlazy\n\nout", "list(item(paragraph(a\nlazy)))paragraph(out)"],
    ["- a\n+ b", "list(item(paragraph(a)))list(item(paragraph(b)))"],
    ["1. ```sh\n   npm start\n   ```\n2. b", "list1(item(code-block<sh>(npm start))item(paragraph(b)))"],
    ["In 2024.\n1985. was no list", "paragraph(In 2024.\n1985. was no list)"],
    ["> a\n> > b\n> - c", "quote(paragraph(a)quote(paragraph(b))list(item(paragraph(c))))"],
    ["| a | b |\n| - | :-: |\n| 1 | `x\\|y` |\n| \\| | |\nend", "table(a|b / 1|code(x|y) / ||)paragraph(end)"],
    ["a | b\nno table", "paragraph(a | b\nno table)"],
    ["* * *", "rule()"],
    ["", ""],
    [" \n\t\n", ""],
  ])("%j", (source, expected) => expect(sketchOf(source)).toBe(expected));
});

describe("links", () => {
  test.each([
    ["[a *b*](https://x.example/p?q=1)", "paragraph(link<https://x.example/p?q=1>(a emphasis(b)))"],
    ['[a](<https://x.example/a b> "title")', "paragraph(link<https://x.example/a%20b>(a))"],
    ["[mail](mailto:a@b.example)", "paragraph(link<mailto:a@b.example>(mail))"],
    ["see https://x.example/a_(b)_c.", "paragraph(see link<https://x.example/a_(b)_c>(https://x.example/a_(b)_c).)"],
    ["(https://x.example/a)", "paragraph((link<https://x.example/a>(https://x.example/a)))"],
    ["**https://x.example/**", "paragraph(strong(link<https://x.example/>(https://x.example/)))"],
    ["<https://x.example>", "paragraph(link<https://x.example/>(https://x.example))"],
    ["xhttps://x.example", "paragraph(xhttps://x.example)"],
    [
      "[out [in](https://x.example)](https://y.example)",
      "paragraph([out link<https://x.example/>(in)](link<https://y.example/>(https://y.example)))",
    ],
    ["[1] and [2](nothing", "paragraph([1] and [2](nothing)"],
  ])("%j", (source, expected) => expect(sketchOf(source)).toBe(expected));

  test.each([
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](\u0001javascript:alert(1))",
    "[a](data:text/html,x)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "[a](//x.example)",
    "[a](./guide.md)",
    "[a](#part)",
    "<javascript:alert(1)>",
  ])("%j leads nowhere", (source) => expect(sketchOf(source)).not.toContain("link<"));

  test("an image is its description, and its address goes nowhere", () => {
    expect(sketchOf("![a *chart*](https://x.example/?secret)")).toBe("paragraph(image(a *chart*))");
    expect(sketchOf("[![badge](https://x.example/b.svg)](https://y.example)")).toBe(
      "paragraph(link<https://y.example/>(image(badge)))",
    );
  });

  test("HTML is text", () => {
    const html = '<img src=x onerror="alert(1)"> <b>bold</b>\n\n<script>alert(1)</script>';
    expect(textsOf(parseMarkdown(html)).map(({ value }) => value)).toEqual([
      '<img src=x onerror="alert(1)"> <b>bold</b>',
      "<script>alert(1)</script>",
    ]);
  });
});

describe("whatever the source", () => {
  const token = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        "\n",
        "\r\n",
        "\n\n",
        " ",
        "  ",
        "    ",
        "\t",
        "- ",
        "1. ",
        "> ",
        "# ",
        "---",
        "```",
        "~~~",
        "|",
        "\n|-|-|\n",
      ),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        "*",
        "**",
        "***",
        "_",
        "`",
        "``",
        "[",
        "]",
        "](",
        "](https://a.example)",
        "![",
        "(",
        ")",
        "\\",
        "<",
        ">",
        "https://a.example/x",
        "<b>",
      ),
    },
    { weight: 3, arbitrary: fc.constantFrom("word", "x", "é", "😀", "שלום", "。", "\u0000", "\u2028", "\ud800") },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
  );
  const source = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(""));
  const check = (property: (source: string, blocks: Block[]) => void) =>
    fc.assert(
      fc.property(source, (text) => property(text, parseMarkdown(text))),
      { numRuns: 3_000 },
    );

  test("each text is the slice of the source that it says, and they come in order without overlap", () => {
    check((text, blocks) => {
      let end = 0;
      for (const node of textsOf(blocks)) {
        expect(node.value).toBe(text.slice(node.start, node.end));
        expect(node.start).toBeGreaterThanOrEqual(end);
        expect(node.end).toBeGreaterThan(node.start);
        end = node.end;
      }
    });
  });

  test("each node lies in the source, around what it holds", () => {
    check((text, blocks) => {
      for (const node of everyNode(blocks)) {
        expect(node.start).toBeGreaterThanOrEqual(0);
        expect(node.end).toBeLessThanOrEqual(text.length);
        expect(node.start).toBeLessThanOrEqual(node.end);
        for (const inner of textsOf([node])) {
          expect(inner.start).toBeGreaterThanOrEqual(node.start);
          expect(inner.end).toBeLessThanOrEqual(node.end);
        }
      }
    });
  });

  test("no word is lost: outside the texts stand only markup, addresses and a code block's language", () => {
    check((text, blocks) => {
      const shown = new Set(
        textsOf(blocks).flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at)),
      );
      const nodes = everyNode(blocks);
      const around = nodes.filter(({ type }) => type === "link" || type === "image" || type === "code-block");
      const unsafe = /\]\([^)]*\)|\[[^\]]*\]/g;
      const addresses = [...text.matchAll(unsafe)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
      }));
      for (const match of text.matchAll(/\p{L}/gu)) {
        if (shown.has(match.index)) continue;
        const explained = [...around, ...addresses].some(({ start, end }) => match.index >= start && match.index < end);
        expect(explained, `the letter at ${match.index} of ${JSON.stringify(text)}`).toBe(true);
      }
    });
  });

  test("every link is absolute: http, https or mailto", () => {
    check((_, blocks) => {
      for (const node of everyNode(blocks))
        if (node.type === "link") expect(node.href).toMatch(/^(https?:\/\/|mailto:)/);
    });
  });

  test.each([
    "*",
    "**a",
    "_a*",
    "[",
    "![",
    "](",
    "[a](",
    "`",
    "`` ` ",
    "> ",
    "- ",
    "1. ",
    "\\",
    "<",
    "h",
    "https://",
    "|",
    "# ",
    "*a_",
    "[a](b)",
    " ",
    "- a\n",
    "> a\n  ",
    "~",
  ])("100,000 characters of %j exhaust neither the stack nor the reader's patience", (part) => {
    const text = part.repeat(Math.ceil(100_000 / part.length));
    expect(textsOf(parseMarkdown(`a ${text} b`)).at(-1)?.value).toContain("b");
    parseMarkdown(text);
  });
});
