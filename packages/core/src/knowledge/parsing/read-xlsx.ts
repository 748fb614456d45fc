import { zipSync } from "fflate";
import readWorkbook from "read-excel-file/universal";
import { openArchive } from "./open-archive.ts";
import { type Parsed, Refusal } from "./parsed.ts";
import { escapeLine, rowsToMarkdown } from "./rows-to-markdown.ts";

const isWanted = (name: string) =>
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|xl\/(?:_rels\/|worksheets\/)?[\w .-]+\.(?:xml|rels))$/.test(name);

/** A workbook's sheets, each under its name, and its rows as those of a table: values as they were last computed, without formulas. */
export async function readXlsx(bytes: Uint8Array): Promise<Parsed> {
  const files = openArchive(bytes, isWanted);
  if (!Object.keys(files).some((name) => name.startsWith("xl/"))) throw new Refusal("document.mismatch");
  // Its parser sees what was unpacked here, and nothing of the file's own.
  const sheets = await readWorkbook(zipSync(files, { level: 0 }).slice().buffer);
  const texts = sheets.map(({ sheet, data }) => {
    const rows = data.map((row) => row.map(toText)).filter((row) => row.some((cell) => cell !== ""));
    return rows.length === 0 ? "" : `# ${escapeLine(sheet)}\n\n${rowsToMarkdown(rows)}`;
  });
  return { mediaType: "text/markdown", text: texts.filter((text) => text !== "").join("\n") };
}

function toText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (!(cell instanceof Date)) return String(cell);
  // Any number may be called a date, and Excel shows none for one that is too large.
  if (Number.isNaN(cell.getTime())) return "";
  const seconds = new Date(Math.round(cell.getTime() / 1_000) * 1_000).toISOString().replace(".000Z", "");
  // A time of day has no day, which is day 0, and a day has no time of day.
  return seconds
    .replace(/^1899-12-30T/, "")
    .replace(/T00:00:00$/, "")
    .replace("T", " ");
}
