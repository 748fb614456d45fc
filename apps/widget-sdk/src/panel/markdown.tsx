import type { Block, Inline, Text } from "@parley/ui/markdown/markdown-tree";
import { type ComponentChildren, h } from "preact";
import { strings } from "../strings.ts";

type RenderText = (text: Text, isLink: boolean) => ComponentChildren;

/** Markdown as elements of the page: nodes and texts, never HTML from a string. */
export function Markdown({ blocks, text }: { blocks: readonly Block[]; text: RenderText }) {
  return <>{blocks.map((node) => block(node, text))}</>;
}

/** What stands within a paragraph. */
export function Inlines({ nodes, text }: { nodes: readonly Inline[]; text: RenderText }) {
  return <>{inlines(nodes, text, false)}</>;
}

function block(node: Block, text: RenderText): ComponentChildren {
  switch (node.type) {
    case "paragraph":
      return <p>{inlines(node.children, text, false)}</p>;
    case "heading":
      // The panel's own title is above them.
      return h(`h${Math.min(node.level + 2, 6)}`, null, inlines(node.children, text, false));
    case "code-block":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide block can be scrolled with the keys
        <pre tabIndex={0} dir="ltr">
          <code>{node.children.map((child) => text(child, false))}</code>
        </pre>
      );
    case "quote":
      return <blockquote>{node.children.map((child) => block(child, text))}</blockquote>;
    case "list": {
      const items = node.items.map(({ children }) => <li>{children.map((child) => block(child, text))}</li>);
      return node.first === undefined ? <ul>{items}</ul> : <ol start={node.first}>{items}</ol>;
    }
    case "table":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table can be scrolled with the keys
        <div class="table" tabIndex={0}>
          <table>
            {node.rows.map((row, index) => (
              // A cell without words is no header of anything.
              <tr>
                {row.map(({ children }) =>
                  h(index || !children[0] ? "td" : "th", null, inlines(children, text, false)),
                )}
              </tr>
            ))}
          </table>
        </div>
      );
    case "rule":
      return <hr />;
  }
}

function inlines(nodes: readonly Inline[], text: RenderText, isLink: boolean): ComponentChildren {
  return nodes.map((node) => {
    switch (node.type) {
      case "text":
        return text(node, isLink);
      case "break":
        return <br />;
      case "emphasis":
        return <em>{inlines(node.children, text, isLink)}</em>;
      case "strong":
        return <strong>{inlines(node.children, text, isLink)}</strong>;
      case "code":
        return <code>{inlines(node.children, text, true)}</code>;
      case "image":
        return (
          <span class="image">
            {strings.image}: {inlines(node.children, text, isLink)}
          </span>
        );
      case "link":
        return (
          <a href={node.href} target="_blank" rel="noopener noreferrer nofollow">
            {inlines(node.children, text, true)}
          </a>
        );
      default:
        return null;
    }
  });
}
