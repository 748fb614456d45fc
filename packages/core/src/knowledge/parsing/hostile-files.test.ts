import { describe, expect, test } from "vitest";
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
    ["a page that is a table", bytes("<!doctype html><p>a,b</p>"), "a.csv", "document.mismatch"],
  ])("%s", { timeout: 30_000 }, async (_what, content, path, code) => {
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
