import type { Nodes, RootContent } from "mdast";
import { estimateTokens } from "./estimate-tokens.ts";
import { headingText, parseBlocks } from "./markdown/parse.ts";
import { cutBefore, type Segment, segmentsOf } from "./markdown/segments.ts";
import type { MediaType } from "./passage.ts";
import type { Span } from "./span.ts";
import { splitSentences, trimSpan } from "./split-sentences.ts";

/** A part of a document that is found, embedded and cited as one. `text` is the document's from `start` to `end`, to the letter. */
export type Chunk = Span & {
  ordinal: number;
  headingPath: string[];
  text: string;
};

/** What a chunk should be, and what it never is more than, so that an embedder of 256 tokens reads all of it with its headings. */
const wantedSize = 180;
const largestSize = 220;
/** In characters: how much plain text is looked at in one go. */
const longestParagraph = 8_000;

/**
 * Cuts a document into chunks, in order, a section's paragraphs together where they fit; a list, a table or a code block is kept
 * whole where it can be. Headings are not part of a chunk but its `headingPath`, outermost first; one with nothing below it is a
 * chunk of its own. What no reader sees (front matter, comments) is left out.
 *
 * It works its way through the document as the chunks are asked for, a few milliseconds at a time, however large the document is.
 */
export function* chunkDocument(text: string, mediaType: MediaType): Generator<Chunk> {
  let ordinal = 0;
  for (const section of mediaType === "text/markdown" ? markdownSections(text) : plainSections(text)) {
    for (const { start, end } of pack(text, section.blocks)) {
      yield {
        ordinal,
        start,
        end,
        headingPath: section.headingPath,
        text: text.slice(start, end),
      };
      ordinal += 1;
    }
  }
}

/** A block and how to cut it if it is too large. The parts of a block that stands `apart` are not mixed with what is around it. */
type Block = Span & {
  parts: (text: string, span: Span) => Block[];
  apart?: boolean;
};
type Section = { headingPath: string[]; blocks: Block[] };

/** In tokens, or in tens of characters where those are more: white space and lines of dashes cost a reader as well. */
const sizeOf = (text: string) => Math.max(estimateTokens(text), Math.ceil(text.length / 10));

function* markdownSections(text: string): Generator<Section> {
  let path: { depth: number; text: string }[] = [];
  let bare: Block | undefined; // a heading that nothing has followed yet
  let blocks: Block[] = [];
  const section = (): Section => ({
    headingPath: path.map((heading) => heading.text),
    blocks,
  });

  for (const segment of segmentsOf(text)) {
    for (const node of blocksOf(text, segment)) {
      const block = toBlock(node, segment.start);
      if (node.type === "heading") {
        if (blocks.length > 0) yield section();
        blocks = [];
        if (bare && node.depth <= (path.at(-1)?.depth ?? 0)) yield { ...section(), blocks: [bare] };
        path = [
          ...path.filter((heading) => heading.depth < node.depth),
          { depth: node.depth, text: headingText(node) },
        ];
        bare = block;
      } else if (isRead(node)) {
        blocks.push(block);
        bare = undefined;
      }
    }
    // A section may be of any length: what there is of it goes on.
    if (blocks.length > 0) yield section();
    blocks = [];
  }
  if (bare) yield { ...section(), blocks: [bare] };
}

/** Parsing takes the longer the deeper it goes; no reader follows that far. */
const nestedTooDeep = /^(?:[ \t]{0,8}(?:>|[-*+]|\d{1,9}[.)])){50}/m;

function* blocksOf(text: string, { start, end, code }: Segment): Generator<RootContent> {
  const part = text.slice(start, end);
  if (!code && !nestedTooDeep.test(part)) yield* parseBlocks(part).children;
  else if (part.trim()) yield { type: "code", value: "", position: positionOf(0, part.length) };
}

const positionOf = (start: number, end: number) => ({
  start: { line: 1, column: 1, offset: start },
  end: { line: 1, column: 1, offset: end },
});

const isRead = (node: RootContent) =>
  node.type !== "thematicBreak" && !(node.type === "html" && /^<!--[\s\S]*-->\s*$/.test(node.value));

function toBlock(node: Nodes, offset: number): Block {
  const start = offset + (node.position?.start.offset ?? 0);
  const end = offset + (node.position?.end.offset ?? 0);
  switch (node.type) {
    case "list":
    case "listItem":
    case "blockquote":
    case "table":
      return {
        start,
        end,
        parts: (_text, whole) => {
          const blocks = node.children.map((child) => toBlock(child, offset));
          // A list item's mark belongs to its first paragraph.
          return blocks.map((block, index) => (index === 0 ? { ...block, start: whole.start } : block));
        },
      };
    case "paragraph":
    case "heading":
    case "tableRow":
      return { start, end, parts: sentences };
    case "code":
      // A piece of code that is cut is a whole chunk, so that it can be told from prose by the fence at its beginning or its end.
      return { start, end, parts: lines, apart: true };
    default:
      return { start, end, parts: lines };
  }
}

const sentences = (text: string, { start, end }: Span): Block[] =>
  splitSentences(text.slice(start, end)).map((sentence) => ({
    start: start + sentence.start,
    end: start + sentence.end,
    parts: words,
  }));

const lines = (text: string, { start, end }: Span): Block[] =>
  Array.from(text.slice(start, end).matchAll(/[^\n]+\n*/g), ({ index, 0: line }) => ({
    start: start + index,
    end: start + index + line.length,
    parts: words,
  }));

/** Cut behind words, or within a word that fills a chunk alone. */
function words(text: string, { start, end }: Span): Block[] {
  const parts: Block[] = [];
  for (let from = start; from < end; ) {
    let cut = cutBefore(text, from, Math.min(end, from + largestSize * 10));
    while (sizeOf(text.slice(from, cut)) > largestSize) cut = cutBefore(text, from, from + Math.ceil((cut - from) / 2));
    parts.push({ start: from, end: cut, parts: words });
    from = cut;
  }
  return parts;
}

function* plainSections(text: string): Generator<Section> {
  for (let start = 0; start < text.length; ) {
    const ahead = text.slice(start, start + longestParagraph);
    const blankLine = /\n[^\S\n]*\n/g;
    // As many whole paragraphs as there are; a text without blank lines is cut where it may be cut.
    const ends =
      start + ahead.length === text.length ? [] : Array.from(ahead.matchAll(blankLine), ({ index }) => index);
    const end = ends.length > 0 ? start + (ends.at(-1) ?? 0) : cutBefore(text, start, start + longestParagraph);
    const blocks: Block[] = [];
    let from = start;
    for (const { index, 0: found } of text.slice(start, end).matchAll(blankLine)) {
      blocks.push({ start: from, end: start + index, parts: sentences });
      from = start + index + found.length;
    }
    blocks.push({ start: from, end, parts: sentences });
    yield { headingPath: [], blocks };
    start = end;
  }
}

type Piece = Span & { size: number; apart: Block | undefined };

/** Puts neighbouring blocks together into chunks of about the wanted size, all about equal; none is larger than the largest. */
function* pack(text: string, blocks: Block[]): Generator<Span> {
  const pieces = blocks.flatMap((block) => [...small(text, block)]);
  const total = pieces.reduce((sum, piece) => sum + piece.size, 0);
  const goal = total <= largestSize ? largestSize : total / Math.ceil(total / wantedSize);

  let current: Piece | undefined;
  for (const piece of pieces) {
    if (
      current &&
      current.apart === piece.apart &&
      current.size + piece.size / 2 <= goal &&
      sizeOf(text.slice(current.start, piece.end)) <= largestSize
    ) {
      current = {
        ...piece,
        start: current.start,
        size: current.size + piece.size,
      };
    } else {
      if (current) yield current;
      current = piece;
    }
  }
  if (current) yield current;
}

/** The block, or as few parts of it as are small enough. */
function* small(text: string, block: Block, apart?: Block): Generator<Piece> {
  const span = trimSpan(text, block);
  if (!span) return;
  const size = sizeOf(text.slice(span.start, span.end));
  if (size <= largestSize) yield { ...span, size, apart };
  else for (const part of block.parts(text, span)) yield* small(text, part, apart ?? (block.apart ? block : undefined));
}
