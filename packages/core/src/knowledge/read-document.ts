import { limits } from "@parley/contracts";
import { AppError } from "../app-error.ts";
import { headingText, parseBlocks } from "./markdown/parse.ts";
import { frontMatterOf, segmentsOf } from "./markdown/segments.ts";
import { contentOf, isPdfFurtherDown } from "./parsing/content-of.ts";
import { decodeText } from "./parsing/decode-text.ts";
import { type ParseOptions, parseInWorker } from "./parsing/parse-in-worker.ts";
import type { ParsedKind } from "./parsing/parse-worker.ts";
import { type Parsed, Refusal } from "./parsing/parsed.ts";
import type { MediaType, OriginalType } from "./passage.ts";

/** A document that can be read: its text has line feeds alone, and no NUL. */
export type ReadDocument = Parsed & {
  title: string;
  /** Absent: what `mediaType` says. */
  originalType?: OriginalType | undefined;
};

const kinds = {
  md: "markdown",
  markdown: "markdown",
  txt: "text",
  text: "text",
  html: "html",
  htm: "html",
  csv: "csv",
  docx: "docx",
  pdf: "pdf",
  xlsx: "xlsx",
} as const;
type Ending = keyof typeof kinds;

const originalTypes: Record<ParsedKind, OriginalType> = {
  csv: "text/csv",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  html: "text/html",
  pdf: "application/pdf",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** The endings of the files that can be read, without their dots. */
export const readableEndings: ReadonlySet<string> = new Set(Object.keys(kinds));

/**
 * What a file is by its name, and what it will be read as.
 *
 * @param path as its source calls it
 * @throws AppError `document.type_unknown`
 */
export function fileTypeOf(path: string) {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  if (!readableEndings.has(ending)) throw new AppError("document.type_unknown");
  const kind = kinds[ending as Ending];
  const mediaType: MediaType = kind === "text" || kind === "pdf" ? "text/plain" : "text/markdown";
  const originalType = kind === "markdown" || kind === "text" ? undefined : originalTypes[kind];
  return { name, kind, mediaType, originalType };
}

/**
 * Reads a file as its name's ending says, if its content is of that kind. What has to be parsed first is parsed in a thread of its own.
 *
 * @param path as its source calls it
 * @returns titled by the document itself (its title, its first heading), else by the file's name
 * @throws AppError `document.type_unknown`, `document.too_large`, `document.mismatch`, `document.locked`, `document.scanned`, `document.not_text`, `document.broken`,
 *   `document.too_complex` or `document.empty`; `service.busy` when too many wait to be parsed. The signal's reason
 */
export async function readDocument(bytes: Uint8Array, path: string, options: ParseOptions = {}): Promise<ReadDocument> {
  const { name, kind } = fileTypeOf(path);
  if (bytes.byteLength > limits.fileBytes) throw new AppError("document.too_large");
  checkContent(bytes, kind);
  const parsed: Omit<ReadDocument, "title"> & { title?: string | undefined } =
    kind === "markdown" || kind === "text"
      ? readText(bytes, kind)
      : { ...(await parseInWorker(kind, bytes, options)), originalType: originalTypes[kind] };
  if (parsed.text.length > limits.documentBytes) throw new AppError("document.too_large");
  if (!/[\p{L}\p{N}\p{S}]/u.test(parsed.text)) throw new AppError("document.empty");
  // A workbook's headings are the names of its sheets.
  const isHeaded = parsed.mediaType === "text/markdown" && kind !== "xlsx";
  const title = parsed.title || (isHeaded && titleOf(parsed.text)) || name;
  return { ...parsed, title };
}

function checkContent(bytes: Uint8Array, kind: (typeof kinds)[Ending]): void {
  const content = contentOf(bytes);
  const isOffice = kind === "docx" || kind === "xlsx";
  if (isOffice && content === "locked office") throw new AppError("document.locked");
  const expected = isOffice ? "zip" : kind === "pdf" ? "pdf" : "text";
  if (kind === "pdf" && isPdfFurtherDown(bytes)) return;
  if (content !== expected) throw new AppError("document.mismatch");
}

function readText(bytes: Uint8Array, kind: "markdown" | "text"): Parsed {
  try {
    return { mediaType: kind === "markdown" ? "text/markdown" : "text/plain", text: decodeText(bytes) };
  } catch (error) {
    throw error instanceof Refusal ? new AppError(error.code, { cause: error }) : error;
  }
}

function titleOf(markdown: string): string | undefined {
  const [, quoted] = /^title:[ \t]*(\S.{0,300})$/m.exec(frontMatterOf(markdown)) ?? [];
  const title = quoted?.trim().replace(/^(["'])(.*)\1$/, "$2");
  if (title) return title;
  for (const { start, end, code } of segmentsOf(markdown)) {
    if (start > searchedForTitle) return undefined;
    const heading = code
      ? undefined
      : parseBlocks(markdown.slice(start, end)).children.find(({ type }) => type === "heading");
    if (heading?.type === "heading" && headingText(heading)) return headingText(heading);
  }
  return undefined;
}

/** A heading further down than so many characters is not the document's title. */
const searchedForTitle = 20_000;
