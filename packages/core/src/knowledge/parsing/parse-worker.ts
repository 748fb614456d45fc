import { parentPort } from "node:worker_threads";
import type { ErrorCode } from "@parley/contracts";
import { answerOrders } from "./answer-orders.ts";
import { type PageProgress, type Parsed, Refusal } from "./parsed.ts";

/** How each kind of file is read. A reader comes with its parsers, so only the one that is needed is loaded. */
const readers = {
  csv: async () => (await import("./read-csv.ts")).readCsv,
  docx: async () => (await import("./read-docx.ts")).readDocx,
  pdf: async () => (await import("./read-pdf.ts")).readPdf,
  html: async () => (await import("./read-html.ts")).readHtml,
  xlsx: async () => (await import("./read-xlsx.ts")).readXlsx,
} satisfies Record<string, () => Promise<Reader>>;

/** @param tell is told now and then how far it is, by a reader that knows */
type Reader = (bytes: Uint8Array, tell: (pages: PageProgress) => void) => Parsed | Promise<Parsed>;

export type ParsedKind = keyof typeof readers;
export type Order = { kind: ParsedKind; bytes: Uint8Array };
export type Outcome = { parsed: Parsed } | { code: ErrorCode; detail: string };
/** What the thread says of each file: how far it is, then once what came of it. */
export type Told = { pages: PageProgress } | Outcome;

const tell = (told: { pages: PageProgress }) => parentPort?.postMessage(told);

async function carryOut({ kind, bytes }: Order): Promise<Outcome> {
  try {
    const read: Reader = await readers[kind]();
    return { parsed: toStorable(await read(bytes, (pages) => tell({ pages }))) };
  } catch (error) {
    const detail = String(error);
    if (error instanceof Refusal) return { code: error.code, detail };
    // Nested deeper than the stack, or longer than a string or an array can be.
    if (error instanceof RangeError) return { code: "document.too_complex", detail };
    return { code: "document.broken", detail };
  }
}

/** What PostgreSQL can hold: no NUL, no half of a character. */
const toStorable = (parsed: Parsed): Parsed => ({
  ...parsed,
  title: parsed.title && storable(parsed.title),
  text: storable(parsed.text),
});
const storable = (text: string) => text.replaceAll("\0", " ").toWellFormed();

if (parentPort) answerOrders(parentPort, carryOut);
