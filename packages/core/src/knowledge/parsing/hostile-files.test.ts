import { execFile } from "node:child_process";
import { text } from "node:stream/consumers";
import { deflateSync } from "node:zlib";
import { limits } from "@parley/contracts";
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { makePdf, pageOf } from "../../testing/make-pdf.ts";
import { readDocument } from "../read-document.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
async function codeOf(content: Uint8Array, path: string): Promise<string> {
  try {
    return (await readDocument(content, path)).text;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("[I9] a file that would take its reader's time or memory is refused, and this process goes on:", () => {
  test.each<[string, Uint8Array, string, string]>([
    ["elements in elements", bytes("<div>".repeat(200_000)), "a.html", "document.too_complex"],
    [
      "a table of a million cells",
      bytes(`<table>${"<tr><td colspan=1000 rowspan=60000>x".repeat(500)}`),
      "a.html",
      "document.too_complex",
    ],
    ["a cell that never ends", bytes(`a,b\n"${"x,\n".repeat(1_000_000)}`), "a.csv", "document.broken"],
    [
      "a table whose names take more than its cells",
      bytes(`${"x".repeat(80)},y\n${"1,\n".repeat(200_000)}`),
      "a.csv",
      "document.too_large",
    ],
    ["a page that is a table", bytes("<!doctype html><p>a,b</p>"), "a.csv", "document.mismatch"],
  ])("%s", { timeout: 120_000 }, async (_what, content, path, code) => {
    expect(await codeOf(content, path)).toBe(code);
    expect(await codeOf(bytes("<p>The next one.</p>"), "b.html")).toBe("The next one.\n");
  });
});

test("[I9] entities that name files or each other are not resolved", async () => {
  const text = `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY g "&f;&f;">]><p>&f;&g;</p>`;
  expect(await codeOf(bytes(text), "a.html")).toBe("]>\n\n\\&f;\\&g;\n");
});

test("[I9 control] files of the same kinds are read", async () => {
  expect(await codeOf(bytes(`<table>${"<tr><td>x".repeat(2)}</table>`), "a.html")).toContain("x");
  expect(await codeOf(bytes('a,b\n"x,\n",y\n'), "a.csv")).toBe("- a: x,\\\n  b: y\n");
});

test("[I10] files that come at once are read one after the other, and more than can wait are told to come again", async () => {
  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(bytes("a,b\n1,2\n"), "a.csv")));
  expect(codes.filter((code) => code === "service.busy")).toHaveLength(4);
  expect(codes.filter((code) => code === "- a: 1\\\n  b: 2\n")).toHaveLength(16);
});

/**
 * Reads the file in a process of its own.
 *
 * @returns the code, the most memory that the process had, in MB, and the seconds of processors that all its threads took for the file
 */
async function readApart(content: Uint8Array, path: string): Promise<{ code: string; mb: number; seconds: number }> {
  const script = `
    import { buffer } from "node:stream/consumers";
    const { readDocument } = await import(process.argv[1]);
    const content = await buffer(process.stdin);
    const before = process.cpuUsage();
    const code = await readDocument(content, process.argv[2]).then(() => "read", ({ code }) => code);
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(JSON.stringify({ code, mb: process.resourceUsage().maxRSS / 1024, seconds: (user + system) / 1e6 }));
  `;
  const reader = new URL("../read-document.ts", import.meta.url).href;
  const child = execFile(process.execPath, ["--input-type=module", "--eval", script, reader, path]);
  child.stdin?.end(content);
  if (!child.stdout) throw new Error("a child process that is read has an output");
  return JSON.parse(await text(child.stdout));
}

test.each<[string, () => Uint8Array, string]>([
  ["a page of a PDF that unpacks to 400 MB", () => makePdf(deflateSync(Buffer.alloc(400 * 1024 * 1024, " "))), "a.pdf"],
  [
    "a part of a Word document that unpacks to 200 MB",
    () => zipSync({ "word/document.xml": new Uint8Array(200 * 1024 * 1024) }),
    "a.docx",
  ],
  [
    "a part of a Word document with elements in elements",
    () => zipSync({ "word/document.xml": strToU8("<a>".repeat(12 * 1024 * 1024)) }),
    "a.docx",
  ],
  ["a table of a million cells", () => bytes(`<table>${"<tr><td colspan=1000 rowspan=60000>x".repeat(500)}`), "a.html"],
])(
  "[I9] %s costs its process less than 512 MB, and 10 seconds of a processor",
  { timeout: 120_000 },
  async (_what, make, path) => {
    const { code, mb, seconds } = await readApart(make(), path);
    expect(code).toBe("document.too_complex");
    expect(mb).toBeLessThan(512);
    expect(seconds).toBeLessThan(10);
  },
);

test("[I9] a file that would keep its reader busy for minutes is refused within 10 seconds of a processor", {
  timeout: 120_000,
}, async () => {
  const busy = makePdf(deflateSync("q Q ".repeat(100_000)), 2_000);
  expect(busy.length).toBeLessThan(limits.documentBytes);
  const { code, seconds } = await readApart(busy, "a.pdf");
  expect(code).toBe("document.too_complex");
  expect(seconds).toBeLessThan(10);
});

test.each([
  ["a text of lines without words", "a\r", "read"],
  ["a text of controls", "\u0001\u0001", "document.not_text"],
])("[I9] %s costs its process less than 300 MB", { timeout: 120_000 }, async (_what, unit, expected) => {
  const { code, mb } = await readApart(bytes(unit.repeat(5 * 1024 * 1024)), "a.txt");
  expect(code).toBe(expected);
  expect(mb).toBeLessThan(300);
});

test("[I9 control] a page of a PDF that unpacks to little is read, apart as well", { timeout: 120_000 }, async () => {
  expect(await readApart(makePdf(pageOf("Words.")), "a.pdf")).toMatchObject({ code: "read" });
});
