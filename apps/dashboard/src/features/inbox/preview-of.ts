import { parseMarkdown } from "@parley/ui/markdown/parse-markdown";
import { plainText } from "@parley/ui/markdown/plain-text";
import { splitCitations } from "@parley/ui/markdown/split-citations";

/** A message on one line: its words, without markup and without the numbers of citations. */
export function previewOf(text: string): string {
  const words = splitCitations(plainText(parseMarkdown(text)), () => true).filter((part) => typeof part === "string");
  return words.join("").replace(/\s+/g, " ");
}
