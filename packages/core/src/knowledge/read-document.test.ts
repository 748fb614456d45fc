import { limits } from "@parley/contracts";
import { describe, expect, test } from "vitest";
import { readDocument } from "./read-document.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, littleEndian: boolean) => {
  const view = new DataView(new ArrayBuffer(2 * text.length + 2));
  view.setUint16(0, 0xfeff, littleEndian);
  for (let index = 0; index < text.length; index += 1)
    view.setUint16(2 + 2 * index, text.charCodeAt(index), littleEndian);
  return new Uint8Array(view.buffer);
};
const code = async (content: Uint8Array, path = "a.md") => {
  try {
    await readDocument(content, path);
    return "read";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("what is read", () => {
  test.each([
    ["UTF-8", bytes("Grüße 😀")],
    ["UTF-8 with a byte order mark", new Uint8Array([0xef, 0xbb, 0xbf, ...bytes("Grüße 😀")])],
    ["UTF-16, little end first", utf16("Grüße 😀", true)],
    ["UTF-16, big end first", utf16("Grüße 😀", false)],
  ])("%s", async (_name, content) => {
    expect(await readDocument(content, "a.txt")).toEqual({ title: "a.txt", mediaType: "text/plain", text: "Grüße 😀" });
  });

  test("line breaks of every kind become line feeds", async () => {
    expect((await readDocument(bytes("a\r\nb\rc\nd"), "a.txt")).text).toBe("a\nb\nc\nd");
  });

  test.each([
    ["docs/Guide.MD", "text/markdown"],
    ["guide.markdown", "text/markdown"],
    ["c:\\notes\\a.text", "text/plain"],
  ])("%s is %s", async (path, mediaType) => {
    expect((await readDocument(bytes("text"), path)).mediaType).toBe(mediaType);
  });

  test("a document of the largest size", async () => {
    expect(await code(new Uint8Array(limits.documentBytes).fill(97))).toBe("read");
  });
});

test("a title that is too long is cut between characters", async () => {
  const { title } = await readDocument(bytes(`# ${"x".repeat(199)}😀 and so on`), "a.md");
  expect(title).toBe("x".repeat(199));
});

describe("the title", () => {
  test.each([
    ["Intro.\n\n## The *first* [heading](x)\n\n# Another", "The first heading"],
    ["Underlined\n===\n\ntext", "Underlined"],
    ['---\ntitle: "From the front"\nlayout: x\n---\n# Heading', "From the front"],
    ["---\nlayout: x\n---\n# Heading", "Heading"],
    ["```\n# code\n```\n\n# Heading", "Heading"],
    ["No heading at all", "a.md"],
    ["#\n\ntext", "a.md"],
  ])("of %j is %j", async (text, title) => {
    expect((await readDocument(bytes(text), "folder/a.md")).title).toBe(title);
  });
});

describe("what older programs write", () => {
  /** As a program writes it whose signs have one byte each. */
  const inOneByte = (text: string, encoding: string) => {
    const decoder = new TextDecoder(encoding);
    const bytesBySign = new Map(
      Array.from({ length: 256 }, (_, byte) => [decoder.decode(new Uint8Array([byte])), byte]),
    );
    return Uint8Array.from([...text], (sign) => bytesBySign.get(sign) ?? 63);
  };

  test.each([
    ["windows-1252", "Name;Preis;Größe\nLampe Nova;12,50 €;groß\nLampe für die Küche;30,00 €;klein\n"],
    ["windows-1252", "Le café est fermé. Les délais de livraison sont de trois jours, payés par le client."],
    ["windows-1252", "We ship “today” – always. It’s free, and you may send it back within thirty days."],
    ["windows-1250", "Vrácení zboží je možné do třiceti dnů. Žlutá lampa stojí pět korun."],
    ["windows-1251", "Лампу можно вернуть в течение тридцати дней после покупки."],
  ])("is read in %s: %s", async (encoding, text) => {
    expect((await readDocument(inOneByte(text, encoding), "a.txt")).text).toBe(text);
  });

  test("is told from UTF-8 that is damaged", async () => {
    const long = bytes("Die Lampe für die Küche kostet dreißig Euro. ".repeat(200));
    expect(await code(long.slice(0, long.lastIndexOf(0xc3) + 1))).toBe("document.not_text");
  });
});

describe("what is refused", () => {
  test.each([
    ["nothing", new Uint8Array(), "document.empty"],
    ["white space", bytes(" \n\t\u00a0\u200b"), "document.empty"],
    ["a byte order mark alone", new Uint8Array([0xef, 0xbb, 0xbf]), "document.empty"],
    ["a NUL", bytes("text\0text"), "document.not_text"],
    ["an executable", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]), "document.not_text"],
    ["controls all over", bytes("\u0001\u0002abc\u0003".repeat(50)), "document.not_text"],
    ["Latin-1", new Uint8Array([0x47, 0x72, 0xfc, 0xdf, 0x65]), "document.not_text"],
    ["UTF-8 that is cut in a character", bytes("Grüße").slice(0, 3), "document.not_text"],
    ["UTF-16 without a mark", utf16("text", true).slice(2), "document.not_text"],
    ["UTF-16 with half a character", utf16("a\ud83d", true), "document.not_text"],
    ["20 MB", new Uint8Array(20 * 1024 * 1024).fill(97), "document.too_large"],
  ])("%s", async (_name, content, expected) => {
    expect(await code(content)).toBe(expected);
  });

  test.each(["a.exe", "a", ".md.bak", "a.xml", ""])("a file called %j", async (path) => {
    expect(await code(bytes("text"), path)).toBe("document.type_unknown");
  });
});
