import type { Element, Root as HtmlTree } from "hast";
import { toMdast } from "hast-util-to-mdast";
import type { Nodes, Root } from "mdast";
import { gfmTableToMarkdown } from "mdast-util-gfm-table";
import { toMarkdown } from "mdast-util-to-markdown";

const nothing = () => undefined;
/** What holds no words, or words that are not to be read. */
const leftOut = ["audio", "canvas", "iframe", "img", "input", "object", "picture", "svg", "textarea", "video"];

/** What can hold but one line in Markdown. */
const ofOneLine = new Set(["td", "th", "h1", "h2", "h3", "h4", "h5", "h6"]);
const inLine = new Set(
  "a abbr b bdi bdo cite code data del dfn em i ins kbd mark q ruby s samp small span strong sub sup time u var font wbr".split(
    " ",
  ),
);

/** HTML as Markdown: its headings, paragraphs, lists, tables, links and code, and neither pictures nor scripts. */
export function htmlToMarkdown(html: HtmlTree): string {
  flatten(html);
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

/** Makes one line of what stands in a cell or a heading: its paragraphs and lists would run into each other, or end the table. */
function flatten(node: HtmlTree | Element): void {
  const isLine = node.type === "element" && ofOneLine.has(node.tagName);
  if (isLine) node.children = toLine(node.children);
  else for (const child of node.children) if (child.type === "element") flatten(child);
}

const toLine = (children: Element["children"]): Element["children"] =>
  children.flatMap((child) => {
    if (child.type !== "element" || leftOut.includes(child.tagName)) return [child];
    const line = toLine(child.children);
    if (inLine.has(child.tagName)) return [{ ...child, children: line }];
    const space = { type: "text" as const, value: " " };
    return [space, ...line, space];
  });
