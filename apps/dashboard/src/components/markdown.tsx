import type { Block, Inline, Span, Text } from "@parley/ui/markdown/markdown-tree";
import { parseMarkdown } from "@parley/ui/markdown/parse-markdown";
import { createElement, Fragment, memo, type ReactNode } from "react";

type MarkdownProps = {
  source: string;
  /** How the source's characters are shown; as they stand, when absent. Keep the function between renderings. */
  renderText?: (text: Text) => ReactNode;
  /** The level that a heading of level 1 is shown with. Absent: headings are bold paragraphs, not headings of the page. */
  topLevel?: number;
};

/** Markdown as elements: never as HTML, so nothing in it can become part of the page. */
export const Markdown = memo(function Markdown({ source, renderText = plain, topLevel }: MarkdownProps) {
  const blocks = parseMarkdown(source);
  return <div className="prose">{renderBlocks(blocks, { renderText, topLevel, dir: "auto" })}</div>;
});

type Rendering = {
  renderText: (text: Text) => ReactNode;
  topLevel: number | undefined;
  /** A block reads in the direction of its first letter; what is within it follows. */
  dir: "auto" | undefined;
};

const within = (rendering: Rendering): Rendering => ({ ...rendering, dir: undefined });

const plain = ({ value }: Text): ReactNode => value;

/** A node begins where no other node of its list does. */
const keyOf = ({ start }: Span) => start;

function renderBlocks(blocks: readonly Block[], rendering: Rendering): ReactNode {
  return blocks.map((block) => <Fragment key={keyOf(block)}>{renderBlock(block, rendering)}</Fragment>);
}

function renderBlock(block: Block, rendering: Rendering): ReactNode {
  switch (block.type) {
    case "paragraph":
      return <p dir={rendering.dir}>{renderInlines(block.children, rendering)}</p>;
    case "heading":
      return renderHeading(block.level, renderInlines(block.children, rendering), rendering);
    case "code-block":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by keyboard as well
        <pre tabIndex={0} dir="ltr">
          <code>{renderInlines(block.children, rendering)}</code>
        </pre>
      );
    case "quote":
      return <blockquote dir={rendering.dir}>{renderBlocks(block.children, within(rendering))}</blockquote>;
    case "list": {
      const items = block.items.map((item) => (
        <li key={keyOf(item)}>{renderBlocks(item.children, within(rendering))}</li>
      ));
      return block.first === undefined ? (
        <ul dir={rendering.dir}>{items}</ul>
      ) : (
        <ol dir={rendering.dir} start={block.first}>
          {items}
        </ol>
      );
    }
    case "table":
      return renderTable(block.rows, rendering);
    case "rule":
      return <hr />;
  }
}

function renderHeading(level: number, children: ReactNode, { topLevel, dir }: Rendering): ReactNode {
  if (topLevel === undefined) {
    return (
      <p dir={dir} className="prose-heading">
        {children}
      </p>
    );
  }
  const shownLevel = Math.min(6, topLevel + level - 1);
  return createElement(`h${shownLevel}`, { dir, "data-level": level }, children);
}

function renderTable(rows: Extract<Block, { type: "table" }>["rows"], rendering: Rendering): ReactNode {
  const [head, ...body] = rows;
  return (
    <div className="prose-table" dir={rendering.dir}>
      <table>
        <thead>
          <tr>
            {head?.map((cell) => {
              // A cell without words is no header of anything.
              const Cell = cell.children.length > 0 ? "th" : "td";
              return <Cell key={keyOf(cell)}>{renderInlines(cell.children, rendering)}</Cell>;
            })}
          </tr>
        </thead>
        <tbody>
          {body.map((row) => (
            <tr key={row[0]?.start}>
              {row.map((cell) => (
                <td key={keyOf(cell)}>{renderInlines(cell.children, rendering)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function renderInlines(nodes: readonly Inline[], rendering: Rendering): ReactNode {
  return nodes.map((node) => <Fragment key={keyOf(node)}>{renderInline(node, rendering)}</Fragment>);
}

function renderInline(node: Inline, rendering: Rendering): ReactNode {
  switch (node.type) {
    case "text":
      return rendering.renderText(node);
    case "emphasis":
      return <em>{renderInlines(node.children, rendering)}</em>;
    case "strong":
      return <strong>{renderInlines(node.children, rendering)}</strong>;
    case "code":
      return <code>{renderInlines(node.children, rendering)}</code>;
    case "link":
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {renderInlines(node.children, rendering)}
        </a>
      );
    case "image":
      return <span className="prose-image">{renderInlines(node.children, rendering)}</span>;
    case "break":
      return <br />;
  }
}
