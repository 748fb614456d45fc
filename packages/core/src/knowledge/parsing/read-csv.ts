import { parse } from "csv-parse/sync";
import { decodeText } from "./decode-text.ts";
import { type Parsed, Refusal } from "./parsed.ts";
import { rowsToMarkdown } from "./rows-to-markdown.ts";

const delimiters = [",", ";", "\t", "|"];
/** In characters: a quote that nothing closes would make one cell of all that follows. */
const longestRow = 200_000;

/** A table's rows, each with the names of its columns, so that a row that is found alone says what it means. */
export function readCsv(bytes: Uint8Array): Parsed {
  const decoded = decodeText(bytes);
  // As Excel writes it before the first row where commas stand within numbers.
  const [said = "", own] = /^sep=([^\n])\n/i.exec(decoded) ?? [];
  const text = decoded.slice(said.length);
  if (/^\s*<(?:!doctype|html|\?xml)\b/i.test(text)) throw new Refusal("document.mismatch");
  const [firstLine = ""] = /[^\n]+/.exec(text) ?? [];
  const unquoted = firstLine.replace(/"[^"]*"/g, "");
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  const delimiter = own ?? delimiters.reduce((best, other) => (count(other) > count(best) ? other : best));
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
