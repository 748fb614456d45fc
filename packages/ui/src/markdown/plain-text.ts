import type { Block, Inline } from "./markdown-tree.ts";

/** What a reader would say aloud: the words without the markup. */
export function plainText(nodes: readonly (Block | Inline)[]): string {
  return nodes.map(textOf).join("").trim();
}

function textOf(node: Block | Inline): string {
  switch (node.type) {
    case "text":
      return node.value;
    case "break":
    case "rule":
      return "\n";
    case "list":
      return node.items.map(({ children }) => children.map(textOf).join("")).join("");
    case "table":
      return `${node.rows.map((row) => row.map((cell) => cell.children.map(textOf).join("")).join(", ")).join("\n")}\n`;
    case "paragraph":
    case "heading":
    case "code-block":
      return `${node.children.map(textOf).join("")}\n`;
    default:
      return node.children.map(textOf).join("");
  }
}
