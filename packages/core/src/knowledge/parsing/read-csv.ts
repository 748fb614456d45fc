import { parse } from "csv-parse/sync";
import { decodeText } from "./decode-text.ts";
import { type Parsed, Refusal } from "./parsed.ts";
import { rowsToMarkdown } from "./rows-to-markdown.ts";

const delimiters = [",", ";", "\t", "|"];
/** In characters: a quote that nothing closes would make one cell of all that follows. */
const longestRow = 200_000;

/** A table's rows, each with the names of its columns, so that a row that is found alone says what it means. */
export function readCsv(bytes: Uint8Array): Parsed {
  const text = decodeText(bytes);
  if (/^\s*<(?:!doctype|html|\?xml)\b/i.test(text)) throw new Refusal("document.mismatch");
  const [firstLine = ""] = /[^\n]+/.exec(text) ?? [];
  const count = (delimiter: string) => firstLine.split(delimiter).length;
  const delimiter = delimiters.reduce((best, other) => (count(other) > count(best) ? other : best));
  let rows: string[][];
  try {
    rows = parse(text, {
      delimiter,
      relaxColumnCount: true,
      relaxQuotes: true,
      skipEmptyLines: true,
      trim: true,
      maxRecordSize: longestRow,
    });
  } catch (error) {
    throw new Refusal("document.broken", String(error));
  }
  return { mediaType: "text/markdown", text: rowsToMarkdown(rows) };
}
