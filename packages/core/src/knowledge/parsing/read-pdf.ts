import { getDocumentProxy } from "unpdf";
import { type PageProgress, type Parsed, Refusal } from "./parsed.ts";

const mostPages = 5_000;
/** How far it is is told every so many pages, and so many times at most. */
const [toldPages, mostTold] = [25, 20];
/** A gap that is so much higher than a line's letters begins a new paragraph. */
const paragraphGap = 1.7;

/** A PDF's text, page by page, as plain text with its paragraphs. Pictures are not looked at, and nothing in it is run. */
export async function readPdf(bytes: Uint8Array, tell: (pages: PageProgress) => void): Promise<Parsed> {
  const pdf = await open(bytes);
  if (pdf.numPages > mostPages) throw new Refusal("document.too_complex", `${pdf.numPages} pages`);
  const step = Math.max(toldPages, Math.ceil(pdf.numPages / mostTold));
  const pageStarts: number[] = [];
  let text = "";
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const words = textOf(items.filter((item) => "str" in item));
    page.cleanup();
    if (text !== "" && words !== "") text += "\n\n";
    pageStarts.push(text.length);
    text += words;
    if (number % step === 0) tell({ done: number, of: pdf.numPages });
  }
  if (!/[\p{L}\p{N}]/u.test(text)) throw new Refusal("document.scanned");
  return { mediaType: "text/plain", text, pageStarts };
}

async function open(bytes: Uint8Array) {
  try {
    return await getDocumentProxy(new Uint8Array(bytes), {
      useSystemFonts: false,
      enableXfa: false,
      verbosity: 0,
    });
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") throw new Refusal("document.locked");
    throw error;
  }
}

type Item = { str: string; transform: number[]; height: number; hasEOL: boolean };

/** A page's lines in the order in which the PDF has them; an empty line between what stands apart. */
function textOf(items: readonly Item[]): string {
  let text = "";
  let line = "";
  let at: { y: number; height: number } | undefined;
  let before: typeof at;
  const endLine = () => {
    const words = line.replace(/\s+/g, " ").trim();
    if (words !== "") {
      const gap = before && at ? before.y - at.y : 0;
      const isApart = gap < 0 || gap > paragraphGap * Math.max(before?.height ?? 0, at?.height ?? 0);
      // A word that was divided at the line's end is put together again.
      if (text !== "" && !isApart && /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(words)) text = text.slice(0, -1);
      else if (text !== "") text += isApart ? "\n\n" : "\n";
      text += words;
      before = at;
    }
    line = "";
    at = undefined;
  };
  for (const { str, transform, height, hasEOL } of items) {
    if (str.trim() !== "") at ??= { y: transform[5] ?? 0, height };
    line += str;
    if (hasEOL) endLine();
  }
  endLine();
  return text;
}
