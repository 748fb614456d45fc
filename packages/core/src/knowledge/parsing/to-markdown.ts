import type { Root as HtmlTree } from "hast";
import { toMdast } from "hast-util-to-mdast";
import type { Nodes, Root } from "mdast";
import { gfmTableToMarkdown } from "mdast-util-gfm-table";
import { toMarkdown } from "mdast-util-to-markdown";

const nothing = () => undefined;
/** What holds no words, or words that are not to be read. */
const leftOut = ["audio", "canvas", "iframe", "img", "input", "object", "picture", "svg", "textarea", "video"];

/** HTML as Markdown: its headings, paragraphs, lists, tables, links and code, and neither pictures nor scripts. */
export function htmlToMarkdown(html: HtmlTree): string {
  const tree = toMdast(html, {
    handlers: Object.fromEntries(leftOut.map((name) => [name, nothing])),
    nodeHandlers: { comment: nothing },
  });
  dropEmptyHeads(tree as Root);
  // Padding would make a table's every row as long as its longest one.
  return toMarkdown(tree as Root, { bullet: "-", extensions: [gfmTableToMarkdown({ tablePipeAlign: false })] });
}

/** A table without a head was given an empty one, since Markdown needs one: its first row serves as well. */
function dropEmptyHeads(node: Nodes): void {
  if (node.type === "table" && node.children.length > 1) {
    if (node.children[0]?.children.every((cell) => cell.children.length === 0)) node.children.shift();
  }
  if ("children" in node) for (const child of node.children) dropEmptyHeads(child);
}
