import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { readDocument } from "../read-document.ts";

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const relationships = "http://schemas.openxmlformats.org/package/2006/relationships";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const strings = ["Plan", "Price", "Since", "Pro", "Free & open", "Sum"];
const shared = (text: string) => `t="s"><v>${strings.indexOf(text)}</v>`;
const sheet = (rows: string) => `${xml}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`;
const prices = sheet(
  `<row r="1"><c r="A1" ${shared("Plan")}</c><c r="B1" ${shared("Price")}</c><c r="C1" ${shared("Since")}</c></row>
   <row r="2"><c r="A2" ${shared("Pro")}</c><c r="B2"><v>20.5</v></c><c r="C2" s="1"><v>45658</v></c></row>
   <row r="4"><c r="A4" ${shared("Free & open")}</c><c r="B4"><f>B2-20.5</f><v>0</v></c></row>`,
);
const note = sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>Only *one* cell</t></is></c></row>');

/** A workbook with these sheets, as Excel lays one out. */
function xlsx(sheets: Record<string, string>, more: Record<string, Uint8Array> = {}): Uint8Array {
  const names = Object.keys(sheets);
  const parts = Object.values(sheets).map((content, index) => [
    `xl/worksheets/sheet${index + 1}.xml`,
    strToU8(content),
  ]);
  return zipSync({
    "[Content_Types].xml": strToU8(
      `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
    ),
    "_rels/.rels": strToU8(
      `${xml}<Relationships xmlns="${relationships}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    "xl/workbook.xml": strToU8(
      `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join("")}</sheets></workbook>`,
    ),
    "xl/_rels/workbook.xml.rels": strToU8(
      `${xml}<Relationships xmlns="${relationships}">${names.map((_, index) => `<Relationship Id="rId${index + 1}" Type="${office}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`).join("")}<Relationship Id="rId90" Type="${office}/styles" Target="styles.xml"/><Relationship Id="rId91" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    ),
    "xl/styles.xml": strToU8(
      `${xml}<styleSheet xmlns="${main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    ),
    "xl/sharedStrings.xml": strToU8(
      `${xml}<sst xmlns="${main}">${strings.map((text) => `<si><t>${text.replace("&", "&amp;")}</t></si>`).join("")}</sst>`,
    ),
    ...Object.fromEntries(parts),
    ...more,
  });
}
const codeOf = (bytes: Uint8Array, path = "a.xlsx") =>
  readDocument(bytes, path).then(
    ({ text }) => text,
    ({ code }) => code,
  );

test("a workbook's sheets are read, each row with the names of its columns", async () => {
  expect(await readDocument(xlsx({ Prices: prices, "Empty one": sheet(""), "# Notes": note }), "a.xlsx")).toEqual({
    title: "a.xlsx",
    mediaType: "text/markdown",
    originalType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    text: `# Prices

- Plan: Pro\\
  Price: 20.5\\
  Since: 2025-01-01
- Plan: Free & open\\
  Price: 0

# \\# Notes

- Only \\*one\\* cell
`.replace("Free & open", "Free \\& open"),
  });
});

test("a time of day is read without a day, and a date that no calendar has is left out, as Excel does not show it", async () => {
  const times = ["0.375", "0.7288194444444445", "45658.5", "491701234567"];
  const rows = times.map((value, row) => `<row r="${row + 1}"><c r="A${row + 1}" s="1"><v>${value}</v></c></row>`);
  expect(await codeOf(xlsx({ Hours: sheet(rows.join("")) }))).toBe(
    "# Hours\n\n- 09:00:00\n- 17:29:30\n- 2025-01-01 12:00:00\n",
  );
});

test.each<[string, Uint8Array, string]>([
  ["text", strToU8("a,b"), "document.mismatch"],
  ["a zip file of something else", zipSync({ "word/document.xml": strToU8("<a/>") }), "document.mismatch"],
  ["half a file", xlsx({ Prices: prices }).slice(0, 900), "document.broken"],
  ["a workbook without words", xlsx({ Prices: sheet("") }), "document.empty"],
])("%s that is called a workbook is refused", async (_what, bytes, code) => {
  expect(await codeOf(bytes)).toBe(code);
});

test("a workbook that a password protects says so", async () => {
  const compound = Buffer.from("d0cf11e0a1b11ae1", "hex");
  const locked = Buffer.concat([compound, Buffer.alloc(1_016), Buffer.from("EncryptedPackage", "utf16le")]);
  expect(await codeOf(locked)).toBe("document.locked");
});

test("[I9] a workbook that names other files, or that is another thing as well, is refused", async () => {
  const entity = `${xml}<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>`;
  const named = { "xl/sharedStrings.xml": strToU8(`${entity}<sst xmlns="${main}"><si><t>&f;</t></si></sst>`) };
  expect(await codeOf(xlsx({ Prices: prices }, named))).toBe("document.broken");
  expect(await codeOf(Buffer.concat([xlsx({ Prices: prices }), strToU8("%PDF-1.7")]))).toBe("document.broken");
});

test("[I9] a workbook that makes itself large is refused", { timeout: 120_000 }, async () => {
  const far = sheet(`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`);
  expect(await codeOf(xlsx({ Far: far }))).toBe("document.too_complex");
  const large = { "xl/sharedStrings.xml": new Uint8Array(60 * 1024 * 1024) };
  expect(await codeOf(xlsx({ Prices: prices }, large))).toBe("document.too_complex");
});
