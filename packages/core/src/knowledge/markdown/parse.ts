import type { Heading, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTable } from "micromark-extension-gfm-table";
import { plainText } from "./plain-text.ts";

const withTables = {
  extensions: [gfmTable()],
  mdastExtensions: [gfmTableFromMarkdown()],
};

// What stands within a line of text takes most of the time, and may be written so that it takes very long.
const blocksOnly = {
  extensions: [
    ...withTables.extensions,
    {
      disable: {
        null: [
          "attention",
          "autolink",
          "characterEscape",
          "characterReference",
          "codeText",
          "hardBreakEscape",
          "htmlText",
          "labelEnd",
          "labelStartImage",
          "labelStartLink",
        ],
      },
    },
  ],
  mdastExtensions: withTables.mdastExtensions,
};

/** Markdown's blocks alone: headings, paragraphs, lists, tables, code; what stands in a line is one piece of text. */
export const parseBlocks = (text: string): Root => fromMarkdown(text, blocksOnly);

/** What a heading that `parseBlocks` found says, without markup and of a length that fits into a path. */
export function headingText(node: Heading): string {
  const [text] = node.children;
  return plainText(text?.type === "text" ? text.value : "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 200)
    .replace(/[\uD800-\uDBFF]$/, ""); // half a character
}
