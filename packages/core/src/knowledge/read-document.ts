import { limits } from "@parley/contracts";
import { AppError } from "../app-error.ts";
import { headingText, parseBlocks } from "./markdown/parse.ts";
import { frontMatterOf, segmentsOf } from "./markdown/segments.ts";
import type { MediaType } from "./passage.ts";

/** A document that can be read: its text has line feeds alone, and no NUL. */
export type ReadDocument = { title: string; mediaType: MediaType; text: string };

const mediaTypes: Record<string, MediaType> = {
  md: "text/markdown",
  markdown: "text/markdown",
  txt: "text/plain",
  text: "text/plain",
};

/**
 * Reads a Markdown or text file: UTF-8, or UTF-16 that says so by its byte order mark.
 *
 * @param path as its source calls it; its ending decides how the file is read
 * @returns titled by the first heading or the front matter, else by the file's name
 * @throws AppError `document.type_unknown`, `document.too_large`, `document.empty` or `document.not_text`
 */
export function readDocument(bytes: Uint8Array, path: string): ReadDocument {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  const mediaType = mediaTypes[/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""];
  if (!mediaType) throw new AppError("document.type_unknown");
  if (bytes.byteLength > limits.documentBytes) throw new AppError("document.too_large");

  const text = decode(bytes).replace(/\r\n?/g, "\n");
  if (!/[\p{L}\p{N}\p{S}]/u.test(text)) throw new AppError("document.empty");
  return { title: (mediaType === "text/markdown" && titleOf(text)) || name, mediaType, text };
}

const byteOrderMarks = [
  { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
] as const;

function decode(bytes: Uint8Array): string {
  const marked = byteOrderMarks.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte));
  let text: string;
  try {
    text = new TextDecoder(marked?.encoding ?? "utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("document.not_text", { cause });
  }
  if (holdsControls(text)) throw new AppError("document.not_text");
  return text;
}

/** A NUL is never text; other controls turn up in it now and then, but in binary data everywhere. */
function holdsControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const controls: string[] = text.match(/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\uFFFE\uFFFF]/g) ?? [];
  return controls.includes("\0") || controls.length > text.length / 100;
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
