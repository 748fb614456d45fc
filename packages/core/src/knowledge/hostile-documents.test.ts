import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { deflateRawSync, gzipSync } from "node:zlib";
import { limits } from "@parley/contracts";
import { describe, expect, test, vi } from "vitest";
import { chunkDocument } from "./chunk-document.ts";
import * as markdown from "./markdown/parse.ts";
import { readDocument } from "./read-document.ts";
import { searchableText } from "./searchable-text.ts";

vi.mock("./markdown/parse.ts", { spy: true });

// What is called text is text: nothing in it is unpacked, resolved or run, and what is anything else is refused for its bytes.
// Files that have to be parsed are in parsing/hostile-files.test.ts.

const bytes = (text: string) => new TextEncoder().encode(text);
async function codeOf(content: Uint8Array, path = "a.md"): Promise<string> {
  try {
    return (await readDocument(content, path)).text;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** A zip file with one file of 100 MB in it. */
function zipBomb(): Uint8Array {
  const packed = deflateRawSync(Buffer.alloc(100 * 1024 * 1024));
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(100 * 1024 * 1024, 22);
  return Buffer.concat([header, packed]);
}
const pdf = (more: string) =>
  Buffer.concat([Buffer.from(`%PDF-1.7\n%`), Buffer.from([0xe2, 0xe3, 0xcf, 0xd3]), Buffer.from(`\n${more}`)]);

describe("[I9] what is no text is refused by its bytes, whatever it is called:", () => {
  test.each<[string, Uint8Array, string]>([
    ["a zip bomb", zipBomb(), "document.mismatch"],
    ["a gzip bomb", gzipSync(Buffer.alloc(100 * 1024 * 1024)), "document.not_text"],
    [
      "a workbook",
      Buffer.concat([Buffer.from("PK\u0003\u0004\u0014\0\u0006\0"), Buffer.from("[Content_Types].xml")]),
      "document.mismatch",
    ],
    ["a PDF whose font runs a script", pdf("/FontMatrix [1 0 0 1 0 (1\\); alert\\(1\\)//)]"), "document.mismatch"],
    ["a PDF of letters alone", bytes("%PDF-1.7\n1 0 obj\n"), "document.mismatch"],
    [
      "a picture that is a script",
      Buffer.concat([Buffer.from("GIF89a/*\0\0*/=1;alert(1)//"), Buffer.alloc(20)]),
      "document.not_text",
    ],
    [
      "a text that is a zip file from its end",
      Buffer.concat([bytes("# Title\n\nwords\n"), zipBomb()]),
      "document.not_text",
    ],
    ["an object of Java", Buffer.from("aced0005737200", "hex"), "document.not_text"],
  ])("%s", async (_what, content, code) => {
    for (const path of ["a.md", "a.txt", "a.pdf.md", "a.html", "a.csv"]) expect(await codeOf(content, path)).toBe(code);
    for (const path of ["a.zip", "a.svg", "a.xml"]) expect(await codeOf(content, path)).toBe("document.type_unknown");
  });

  test("one byte more than a document may have", async () => {
    expect(await codeOf(new Uint8Array(limits.documentBytes + 1).fill(97))).toBe("document.too_large");
  });
});

test("[I9] entities that name files or each other stay the words that they are", async () => {
  const laughs = Array.from({ length: 20 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join(
    "\n",
  );
  const text = `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">\n${laughs}]>\n<x>&f;&l20;</x>\n`;
  expect(await codeOf(bytes(text))).toBe(text);
  const chunks = [...chunkDocument(text, "text/markdown")].map((chunk) => chunk.text).join("\n");
  expect(chunks.length).toBeLessThanOrEqual(text.length);
  expect(chunks).not.toContain("root:");
});

test("[I9 control] text is read, and what is cut off it would be missed", async () => {
  expect(await codeOf(bytes("# Title\n\nwords\n"))).toBe("# Title\n\nwords\n");
});

const size = 24 * 1024;
const fill = (unit: string) => unit.repeat(Math.floor(size / unit.length));
const slow: [string, string][] = [
  ["headings by underlines", fill("a\n=\n")],
  ["headings", fill("# a\n")],
  ["definitions", fill("[a]: b\n")],
  ["quotes in quotes", `${fill("> ")}a`],
  ["lists in lists", `${fill("- ")}a`],
  ["brackets that open", `${fill("[")}a`],
  ["links that open", fill("[a](")],
  ["stars and underscores", fill("*a_ ")],
  ["backticks", fill("`a``")],
  ["comments that open", fill("<!--")],
  ["tags that open", fill("<a ")],
  ["a wide table", `${"|a".repeat(200)}\n${"|-".repeat(200)}\n${fill("|b")}`],
  ["fences", fill("```\n")],
  ["line breaks", `a${fill("\n")}a`],
  ["accents", `a${fill("\u0301")}`],
  ["front matter that never ends", `---\n${fill("a: b\n")}`],
  ["one word", fill("a")],
];

/** Characters that one step gives, or hands to the parser: what a step costs grows with them and with nothing else. */
const mostAtOnce = 16 * 1024;

// What goes back over what it has read does not end on these within the test's time, nor within a day's: no clock has to be read.
test.each(slow)(
  "[I10] %s: read to the end, step by step, none of which takes much of it",
  async (_what, text) => {
    const parsed = vi.spyOn(markdown, "parseBlocks");
    const document = await readDocument(bytes(text), "a.md");
    let steps = 0;
    for (const chunk of chunkDocument(document.text, document.mediaType)) {
      expect(chunk.text.length).toBeLessThan(mostAtOnce);
      expect(searchableText(document.title, document.mediaType, chunk).length).toBeLessThan(mostAtOnce);
      steps += 1;
    }
    expect(Math.max(0, ...parsed.mock.calls.map(([part]) => part.length))).toBeLessThanOrEqual(mostAtOnce);
    parsed.mockRestore();
    expect(steps).toBeLessThanOrEqual(text.length);
  },
  60_000,
);

test("[I10 control] an expression that goes back over what it has read is still at it when ours have long read the same", async () => {
  const same = "a".repeat(64);
  const stuck = new Worker(`/^(?:a+)+$/.test("${same}!"); require("node:worker_threads").parentPort.postMessage(1);`, {
    eval: true,
  });
  const done = vi.fn();
  stuck.on("message", done);
  await once(stuck, "online");
  for (let round = 0; round < 100; round++) expect([...chunkDocument(`${same}!`, "text/markdown")]).toHaveLength(1);
  await stuck.terminate();
  expect(done).not.toHaveBeenCalled();
});
