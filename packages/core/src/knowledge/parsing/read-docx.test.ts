import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { readDocument } from "../read-document.ts";

const main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const relationships = "http://schemas.openxmlformats.org/package/2006/relationships";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const style = (id: string, name: string) =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/></w:style>`;
const run = (text: string, properties = "") =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (content: string, properties = "") => `<w:p><w:pPr>${properties}</w:pPr>${content}</w:p>`;
const heading = (text: string, id: string) => paragraph(run(text), `<w:pStyle w:val="${id}"/>`);
const item = (text: string, level: number) =>
  paragraph(run(text), `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="1"/></w:numPr>`);
const table = (rows: string[][]) =>
  `<w:tbl>${rows.map((row) => `<w:tr>${row.map((cell) => `<w:tc>${paragraph(run(cell))}</w:tc>`).join("")}</w:tr>`).join("")}</w:tbl>`;

/** A Word document with this body, as Word lays one out. */
function docx(body: string, more: Record<string, Uint8Array> = {}): Uint8Array {
  const level = (depth: number) => `<w:lvl w:ilvl="${depth}"><w:numFmt w:val="bullet"/></w:lvl>`;
  return zipSync({
    "[Content_Types].xml": strToU8(
      `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    ),
    "_rels/.rels": strToU8(
      `${xml}<Relationships xmlns="${relationships}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    ),
    "word/_rels/document.xml.rels": strToU8(
      `${xml}<Relationships xmlns="${relationships}"><Relationship Id="rId1" Type="${office}/styles" Target="styles.xml"/><Relationship Id="rId2" Type="${office}/numbering" Target="numbering.xml"/><Relationship Id="rId3" Type="${office}/hyperlink" Target="https://example.com/terms" TargetMode="External"/></Relationships>`,
    ),
    "word/styles.xml": strToU8(
      `${xml}<w:styles xmlns:w="${main}">${style("Title", "Title")}${style("H1", "heading 1")}${style("H2", "heading 2")}</w:styles>`,
    ),
    "word/numbering.xml": strToU8(
      `${xml}<w:numbering xmlns:w="${main}"><w:abstractNum w:abstractNumId="0">${level(0)}${level(1)}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
    ),
    "word/document.xml": strToU8(
      `${xml}<w:document xmlns:w="${main}" xmlns:r="${office}"><w:body>${body}</w:body></w:document>`,
    ),
    ...more,
  });
}
const codeOf = (bytes: Uint8Array, path = "a.docx") =>
  readDocument(bytes, path).then(
    ({ text }) => text,
    ({ code }) => code,
  );

test("a Word document's headings, lists, tables and links are kept", async () => {
  const body = [
    heading("Handbook", "Title"),
    heading("Returns", "H1"),
    paragraph(
      `${run("Within ")}${run("30 days", "<w:b/>")}${run(": see ")}<w:hyperlink r:id="rId3">${run("the terms")}</w:hyperlink>.`,
    ),
    item("One", 0),
    item("Two", 1),
    heading("Costs", "H2"),
    table([
      ["Country", "Costs"],
      ["Norway", "5 € &amp; more"],
    ]),
  ].join("");
  expect(await readDocument(docx(body), "handbook.docx")).toEqual({
    title: "Handbook",
    mediaType: "text/markdown",
    originalType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    text: `# Handbook

# Returns

Within **30 days**: see [the terms](https://example.com/terms)

- One
  - Two

## Costs

| Country | Costs |
| - | - |
| Norway | 5 € & more |
`,
  });
});

test("a document that a password protects says so, and one of an old Word is not what its name says", async () => {
  const compound = Buffer.from("d0cf11e0a1b11ae1", "hex");
  const locked = Buffer.concat([compound, Buffer.alloc(1_016), Buffer.from("EncryptedPackage", "utf16le")]);
  expect(await codeOf(locked)).toBe("document.locked");
  expect(await codeOf(Buffer.concat([compound, Buffer.alloc(2_000)]))).toBe("document.mismatch");
});

test.each<[string, Uint8Array, string]>([
  ["text", strToU8("words"), "document.mismatch"],
  ["a zip file of something else", zipSync({ "a.txt": strToU8("words") }), "document.mismatch"],
  ["half a file", docx(paragraph(run("Words."))).slice(0, 900), "document.broken"],
  ["a file without its main part", docx("", { "word/document.xml": strToU8("words") }), "document.broken"],
  ["a document without words", docx(paragraph("")), "document.empty"],
])("%s that is called a Word document is refused", async (_what, bytes, code) => {
  expect(await codeOf(bytes)).toBe(code);
});

test("[I9] a file that is a Word document and something else as well is refused", async () => {
  const whole = docx(paragraph(run("Words.")));
  expect(await codeOf(whole)).toBe("Words.\n");
  expect(await codeOf(Buffer.concat([whole, strToU8("<script>alert(1)</script>")]))).toBe("document.broken");
  for (const path of ["a.html", "a.md", "a.csv"]) expect(await codeOf(whole, path)).toBe("document.mismatch");
});

const part = (content: string) => strToU8(`${xml}${content}<w:document xmlns:w="${main}"><w:body/></w:document>`);

test("[I9] a document that names other files or makes itself large is refused", async () => {
  const entity = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>';
  expect(await codeOf(docx("", { "word/document.xml": part(entity) }))).toBe("document.broken");
  expect(await codeOf(docx("", { "word/document.xml": new Uint8Array(60 * 1024 * 1024) }))).toBe(
    "document.too_complex",
  );
  const many = Object.fromEntries(
    Array.from({ length: 6_000 }, (_, index) => [`word/media/${index}`, new Uint8Array()]),
  );
  expect(await codeOf(docx("", many))).toBe("document.too_complex");
});

test("[I9] a part that holds more than it declares is cut off", async () => {
  const bomb = Buffer.from(docx("", { "word/document.xml": new Uint8Array(60 * 1024 * 1024) }));
  const declared = Buffer.alloc(4);
  declared.writeUInt32LE(60 * 1024 * 1024);
  const small = Buffer.alloc(4);
  small.writeUInt32LE(1_000);
  for (let at = bomb.indexOf(declared); at >= 0; at = bomb.indexOf(declared)) small.copy(bomb, at);
  expect(await codeOf(bomb)).toBe("document.broken");
});

test("[I9] a picture is not unpacked, however large it is", async () => {
  const picture = { "word/media/image1.png": new Uint8Array(60 * 1024 * 1024) };
  expect(await codeOf(docx(paragraph(run("Words.")), picture))).toBe("Words.\n");
});
