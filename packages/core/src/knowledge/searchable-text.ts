import type { Chunk } from "./chunk-document.ts";
import { plainText } from "./markdown/plain-text.ts";
import type { MediaType } from "./passage.ts";

/**
 * What is embedded and indexed of a chunk: its words without markup, below the headings that it stands under, since "Thirty days."
 * means nothing without them. A plain text's title is its file's name and says nothing.
 */
export function searchableText(
  title: string,
  mediaType: MediaType,
  { headingPath, text }: Pick<Chunk, "headingPath" | "text">,
): string {
  if (mediaType === "text/plain") return text;
  const headings = headingPath[0] === title ? headingPath : [title, ...headingPath];
  return `${headings.join("\n")}\n\n${plainText(text)}`;
}
