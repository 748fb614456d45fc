import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { readDocument } from "../read-document.ts";

type Stream = { bytes: Uint8Array; filters?: string };

/** A PDF with these pages, each of the lines that its stream writes; written by hand, as the standard describes one. */
function pdf(pages: readonly Stream[], { font = "", trailer = "", more = [] as string[] } = {}): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n", "latin1")];
  const offsets: number[] = [];
  const length = () => parts.reduce((sum, part) => sum + part.length, 0);
  const add = (...content: (string | Uint8Array)[]) => {
    offsets.push(length());
    parts.push(Buffer.from(`${offsets.length} 0 obj\n`));
    for (const part of content) parts.push(Buffer.from(part as string));
    parts.push(Buffer.from("\nendobj\n"));
  };
  const kids = pages.map((_, index) => `${4 + 2 * index} 0 R`).join(" ");
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`);
  add(`<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica ${font} >>`);
  for (const [index, { bytes, filters = "" }] of pages.entries()) {
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * index} 0 R >>`,
    );
    add(`<< /Length ${bytes.length} ${filters} >>\nstream\n`, bytes, "\nendstream");
  }
  for (const object of more) add(object);
  const start = length();
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const end = `xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${entries}trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(end)]);
}

/** Lines of a page, from its top; an empty one is a gap. */
function lines(...texts: string[]): Stream {
  const shown = texts.map((text) => (text ? `(${text.replace(/[()\\]/g, "\\$&")}) Tj T*` : "T*"));
  return { bytes: Buffer.from(`BT /F1 12 Tf 14 TL 50 750 Td ${shown.join(" ")} ET`, "latin1") };
}
const codeOf = (bytes: Uint8Array, path = "a.pdf") =>
  readDocument(bytes, path).then(
    ({ text }) => text,
    ({ code }) => code,
  );

test("a PDF's paragraphs are read, and where each page begins is known", async () => {
  const file = pdf([
    lines("Returns", "", "", "Within 30 days a pur-", "chase can be returned.", "", "", "It costs 5 (five)."),
    lines(),
    lines("Delivery", "", "", "It takes two days."),
  ]);
  const { title, mediaType, text, pageStarts } = await readDocument(file, "handbook.pdf");
  expect({ title, mediaType }).toEqual({ title: "handbook.pdf", mediaType: "text/plain" });
  expect(text).toBe(
    "Returns\n\nWithin 30 days a purchase can be returned.\n\nIt costs 5 (five).\n\nDelivery\n\nIt takes two days.",
  );
  expect(pageStarts).toEqual([0, text.indexOf("\n\nDelivery"), text.indexOf("Delivery")]);
});

test("a PDF of 500 pages is read", { timeout: 120_000 }, async () => {
  const pages = Array.from({ length: 500 }, (_, page) =>
    lines(
      ...Array.from({ length: 45 }, (_, line) => `Line ${line} of page ${page} has some words in it, as pages do.`),
    ),
  );
  const { text, pageStarts } = await readDocument(pdf(pages), "long.pdf");
  expect(pageStarts).toHaveLength(500);
  expect(text.slice(pageStarts?.[499])).toMatch(
    /^Line 0 of page 499 has .*\n.*Line 44 of page 499 has some words in it, as pages do\.$/s,
  );
});

test("a PDF of pictures says that it has no text", async () => {
  const drawn = { bytes: Buffer.from("q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u0000 EI Q", "latin1") };
  expect(await codeOf(pdf([drawn, drawn]))).toBe("document.scanned");
});

test("a PDF that a password protects says so", async () => {
  const some = createHash("sha256").update("a password").digest("hex");
  const trailer = `/ID [<${some.slice(0, 32)}> <${some.slice(0, 32)}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${some}> /U <${some}> >>`;
  expect(await codeOf(pdf([lines("Words.")], { trailer }))).toBe("document.locked");
});

const endOfZip = Buffer.alloc(22);
endOfZip.writeUInt32LE(0x06054b50);

test.each([
  ["a line break", "\n"],
  ["a byte order mark", "\u00ef\u00bb\u00bf"],
  ["a printer's job", '\u001b%-12345X@PJL JOB NAME="a"\r\n@PJL ENTER LANGUAGE=PDF\r\n'],
  ["the header of another system's file", `\0\u0008handbook${"\0".repeat(118)}`],
  ["all that may be", " ".repeat(1_024)],
])("a PDF is read that has %s before it, wherever its table counts from", async (_what, before) => {
  const bytes = pdf([lines("Within 30 days.")]);
  const junk = Buffer.from(before, "latin1");
  expect(await codeOf(Buffer.concat([junk, bytes]))).toBe("Within 30 days.");
  const counted = bytes
    .toString("latin1")
    .replace(/^(\d{10})(?= 00000 n)/gm, (offset) => String(Number(offset) + junk.length).padStart(10, "0"))
    .replace(/startxref\n(\d+)/, (_, offset) => `startxref\n${Number(offset) + junk.length}`);
  expect(await codeOf(Buffer.concat([junk, Buffer.from(counted, "latin1")]))).toBe("Within 30 days.");
});

test("a text about PDF is read as text", async () => {
  expect(await codeOf(Buffer.from("A file begins with %PDF-1.7"), "a.txt")).toBe("A file begins with %PDF-1.7");
});

test.each<[string, Uint8Array, string]>([
  ["text", Buffer.from("words"), "document.mismatch"],
  ["a picture", Buffer.from("89504e470d0a1a0a0000", "hex"), "document.mismatch"],
  [
    "a page that has a PDF in it",
    Buffer.concat([Buffer.from("<html>\n"), pdf([lines("Words.")])]),
    "document.mismatch",
  ],
  [
    "a PDF with too much before it",
    Buffer.concat([Buffer.alloc(1_025, "\n"), pdf([lines("Words.")])]),
    "document.mismatch",
  ],
  [
    "a zip file with a PDF in it",
    Buffer.concat([Buffer.from("PK\u0003\u0004"), pdf([lines("Words.")])]),
    "document.mismatch",
  ],
  [
    "a PDF with something before it and a zip file behind it",
    Buffer.concat([Buffer.from("\n"), pdf([lines("Words.")]), endOfZip]),
    "document.mismatch",
  ],
  ["a beginning alone", pdf([lines("Words.")]).subarray(0, 20), "document.broken"],
])("%s that is called a PDF is refused", async (_what, bytes, code) => {
  expect(await codeOf(bytes)).toBe(code);
});

test("[I9] a PDF that is a zip file as well is refused", async () => {
  const whole = pdf([lines("Words.")]);
  expect(await codeOf(whole)).toBe("Words.");
  expect(await codeOf(Buffer.concat([whole, endOfZip]))).toBe("document.mismatch");
});

test("[I9] code in a font's matrix is not run", async () => {
  const font = "/FontMatrix [1 0 0 1 0 (0\\); throw new Error\\(1\\)//)]";
  expect(await codeOf(pdf([lines("Words.")], { font }))).toBe("Words.");
});

test("[I9] a page that unpacks to what no process should hold is refused", { timeout: 120_000 }, async () => {
  const bomb = { bytes: deflateSync(Buffer.alloc(400 * 1024 * 1024, " ")), filters: "/Filter /FlateDecode" };
  expect(await codeOf(pdf([bomb]))).toBe("document.too_complex");
});

test("[I9] a tree of pages that holds itself is refused", { timeout: 120_000 }, async () => {
  const whole = pdf([lines("Words.")])
    .toString("latin1")
    .replace("/Kids [4 0 R]", "/Kids [2 0 R]");
  expect(await codeOf(Buffer.from(whole, "latin1"))).toMatch(/^document\.(broken|scanned)$/);
});
