import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTable } from "micromark-extension-gfm-table";
import type { Passage } from "../../knowledge/passage.ts";
import type { Span } from "../../knowledge/span.ts";
import { splitSentences } from "../../knowledge/split-sentences.ts";

/** A part of a passage that can be quoted on its own. */
export type Quotable = {
  /** As it is shown: the document's own words, on one line, without link targets. */
  text: string;
  /** UTF-16 code units into the version's text. */
  start: number;
  end: number;
  /** The paragraph, list item, row or code block that it stands in, counted within the passage. */
  block: number;
  /** `item`: a sentence of a list. */
  kind: "sentence" | "item" | "row" | "code";
};

/** A fragment that is shorter tells nothing. */
const shortest = 12;
/** A code block that is longer is read in the document. */
const longestCode = 600;

/** The sentences, table rows and short code blocks of a passage, in order. Headings and bare markup are not quoted. */
export function quotablesOf(passage: Passage): Quotable[] {
  const whole = { start: 0, end: passage.text.length };
  if (passage.mediaType === "text/plain") return sentencesIn(passage, whole, 0, plain);
  const tree = fromMarkdown(passage.text, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
  const found: Quotable[] = [];
  let block = 0;

  function visit(node: Nodes, kind: "sentence" | "item"): void {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? 0;
    if (node.type === "paragraph") {
      found.push(...sentencesIn(passage, { start, end }, block, shown).map((sentence) => ({ ...sentence, kind })));
      block += 1;
    } else if (node.type === "tableRow") {
      const text = node.children
        .map((cell) => shown(slice(passage, cell)))
        .filter(Boolean)
        .join(" · ");
      found.push({ text, start: passage.start + start, end: passage.start + end, block, kind: "row" });
      block += 1;
    } else if (node.type === "code") {
      if (node.value.length <= longestCode) {
        const text = `\n\n\`\`\`${node.lang ?? ""}\n${node.value}\n\`\`\`\n`;
        found.push({ text, start: passage.start + start, end: passage.start + end, block, kind: "code" });
      }
      block += 1;
    } else if (node.type !== "heading" && "children" in node) {
      // The first row of a table names its columns.
      const children = node.type === "table" ? node.children.slice(1) : node.children;
      for (const child of children) visit(child, node.type === "list" ? "item" : kind);
    }
  }

  visit(tree, "sentence");
  return found;
}

function slice(passage: Passage, node: Nodes): string {
  const inner = "children" in node ? node.children : [];
  const start = inner[0]?.position?.start.offset;
  const end = inner.at(-1)?.position?.end.offset;
  return start === undefined || end === undefined ? "" : passage.text.slice(start, end);
}

function sentencesIn(
  passage: Passage,
  { start, end }: Span,
  block: number,
  show: (source: string) => string,
): Quotable[] {
  return splitSentences(passage.text.slice(start, end)).flatMap((span) => {
    const [from, to] = [start + span.start, start + span.end];
    const text = show(passage.text.slice(from, to));
    if (text.length < shortest || !readsLikeProse(text)) return [];
    return [{ text, start: passage.start + from, end: passage.start + to, block, kind: "sentence" as const }];
  });
}

const plain = (source: string) => source.replace(/\s+/g, " ").trim();

/** Not a piece of a table or of code whose beginning stands in another passage. */
function readsLikeProse(text: string): boolean {
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const signs = text.match(/[{}();=<>]/g)?.length ?? 0;
  return (
    letters >= text.length * 0.6 &&
    signs <= text.length * 0.04 &&
    (text.match(/\|/g)?.length ?? 0) < 2 &&
    !/": ?["{[\d]/.test(text)
  );
}

/** Emphasis and code stay as they are: whoever shows the answer reads Markdown. A link would lead away from the cited passage. */
function shown(source: string): string {
  const text = plain(source)
    .replace(/!?\[([^\][]*)\]\([^()]*\)/g, "$1")
    .replace(/^(?:>\s*)+/, "");
  // Emphasis that goes beyond the sentence has its other half elsewhere.
  return ["**", "__", "`"]
    .reduce((known, mark) => (known.split(mark).length % 2 === 0 ? known.replaceAll(mark, "") : known), text)
    .trim();
}
