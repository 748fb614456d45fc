import { appendText, type Block, type Cell, type ListItem, type Span, type Text } from "./markdown-tree.ts";
import { parseInline } from "./parse-inline.ts";

/** A line without its break; `next` is where the one after it begins, or the source ends. */
type Line = Span & { next: number };

/** Of quotes and lists within each other. Deeper ones are text, so that no input exhausts the stack. */
const maximumDepth = 12;

// Each takes time in proportion to the line: none has two neighbours that could match the same characters.
const fencePattern = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const headingPattern = /^ {0,3}(#{1,6})(?=[ \t]|$)/;
const rulePattern = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const quotePattern = /^ {0,3}> ?/;
const itemPattern = /^( {0,3})([-+*]|(\d{1,9})[.)])([ \t]+|$)/;
const underlinePattern = /^ {0,3}(?:(=+)|-+)[ \t]*$/;
const delimiterPattern = /^[ \t]*:?-+:?[ \t]*$/;

/**
 * Reads a closed subset of Markdown: paragraphs, headings, emphasis, code, lists, quotes, tables and links. Everything else is text,
 * HTML first of all; images are their descriptions. Never throws, whatever the source.
 *
 * Every node says where it stands in the source and every text is a slice of it, so that a span of the source can be shown exactly.
 */
export function parseMarkdown(source: string): Block[] {
  return parseBlocks(source, splitLines(source), 0);
}

function splitLines(source: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < source.length; ) {
    const found = source.indexOf("\n", start);
    const next = found < 0 ? source.length : found + 1;
    const end = found < 0 ? next : found;
    lines.push({ start, end: end > start && source[end - 1] === "\r" ? end - 1 : end, next });
    start = next;
  }
  return lines;
}

function parseBlocks(source: string, lines: readonly Line[], depth: number): Block[] {
  const blocks: Block[] = [];
  const textAt = (index: number) => {
    const line = lines[index];
    return line ? source.slice(line.start, line.end) : "";
  };
  const lineAt = (index: number) => lines[index] as Line;
  const isBlank = (index: number) => !textAt(index).trim();
  const mayNest = depth < maximumDepth;
  let at = 0;

  while (at < lines.length) {
    if (isBlank(at)) at++;
    else blocks.push(parseBlock());
  }
  return blocks;

  function parseBlock(): Block {
    const text = textAt(at);
    if (fencePattern.test(text)) return parseCodeBlock();
    if (headingPattern.test(text)) return parseHeading();
    if (rulePattern.test(text)) return { type: "rule", ...span(at, ++at) };
    if (mayNest && quotePattern.test(text)) return parseQuote();
    if (mayNest && itemPattern.test(text)) return parseList();
    return parseTable() ?? parseParagraph();
  }

  /** Of the lines `[from, to)`. */
  function span(from: number, to: number): Span {
    return { start: lineAt(from).start, end: lineAt(to - 1).end };
  }

  /** Whether a line ends the paragraph before it without a blank line between them. */
  function interrupts(text: string): boolean {
    if (fencePattern.test(text) || headingPattern.test(text) || rulePattern.test(text)) return true;
    if (!mayNest) return false;
    const item = itemPattern.exec(text);
    const startsList = item && item[0].length < text.length && (item[3] === undefined || Number(item[3]) === 1);
    return Boolean(startsList) || quotePattern.test(text);
  }

  function parseCodeBlock(): Block {
    const from = at;
    const [opening, marker = "", info = ""] = fencePattern.exec(textAt(at++)) ?? [];
    const indent = opening?.indexOf(marker) ?? 0;
    const children: Text[] = [];
    let previous: Line | undefined;
    for (; at < lines.length; at++) {
      const closing = textAt(at).trim();
      if (closing.length >= marker.length && closing === (marker[0] ?? "").repeat(closing.length)) {
        at++;
        break;
      }
      if (previous) appendText(children, source, previous.next - 1, previous.next);
      previous = lineAt(at);
      appendText(children, source, withoutIndent(source, previous, indent).start, previous.end);
    }
    return { type: "code-block", language: info.trim().split(/\s/)[0] ?? "", children, ...span(from, at) };
  }

  function parseHeading(): Block {
    const line = lineAt(at);
    const [opening = "", marker = ""] = headingPattern.exec(textAt(at)) ?? [];
    const start = line.start + opening.length;
    // A closing row of # is no part of the heading, unless it touches the words.
    let end = start + source.slice(start, line.end).trimEnd().length;
    let closing = end;
    while (closing > start && source[closing - 1] === "#") closing--;
    if (closing === start || source[closing - 1]?.trim() === "") end = closing;
    return {
      type: "heading",
      level: marker.length,
      children: parseInline(source, [{ start, end }]),
      ...span(at, ++at),
    };
  }

  function parseQuote(): Block {
    const from = at;
    const inner: Line[] = [];
    for (; at < lines.length; at++) {
      const marker = quotePattern.exec(textAt(at));
      if (!marker) break;
      const line = lineAt(at);
      inner.push({ ...line, start: line.start + marker[0].length });
    }
    return { type: "quote", children: parseBlocks(source, inner, depth + 1), ...span(from, at) };
  }

  function parseList(): Block {
    const from = at;
    const [, , marker = "", first] = itemPattern.exec(textAt(at)) ?? [];
    const items: ListItem[] = [];
    let end = at;
    while (at < lines.length) {
      const match = itemPattern.exec(textAt(at));
      if (!match || match[2]?.at(-1) !== marker.at(-1) || rulePattern.test(textAt(at))) break;
      items.push(parseItem(match));
      end = at;
      while (at < lines.length && isBlank(at)) at++;
    }
    return { type: "list", first: first === undefined ? undefined : Number(first), items, ...span(from, end) };
  }

  function parseItem([opening, indent = "", marker = "", , space = ""]: RegExpExecArray): ListItem {
    const from = at;
    const gap = space.length > 4 || space.length === 0 ? 1 : space.length;
    const width = indent.length + marker.length + gap;
    const line = lineAt(at++);
    const inner: Line[] = [{ ...line, start: Math.min(line.start + opening.length, line.end) }];
    let inFence = fencePattern.test(textAt(from).slice(opening.length));
    for (; at < lines.length; at++) {
      const next = withoutIndent(source, lineAt(at), width);
      const text = source.slice(next.start, next.end);
      if (isBlank(at)) {
        let after = at + 1;
        while (after < lines.length && isBlank(after)) after++;
        if (after >= lines.length || indentOf(textAt(after)) < width) break;
      } else if (indentOf(textAt(at)) < width) {
        const last = inner.at(-1) as Line;
        const before = source.slice(last.start, last.end);
        const goesOn = before.trim() && !interrupts(before) && !interrupts(text) && !itemPattern.test(text);
        if (inFence || !goesOn) break;
      } else if (fencePattern.test(text)) {
        inFence = !inFence;
      }
      inner.push(next);
    }
    return { children: parseBlocks(source, inner, depth + 1), ...span(from, at) };
  }

  function parseTable(): Block | undefined {
    const columns = cellsOf(source, lineAt(at));
    if (!textAt(at).includes("|") || at + 1 >= lines.length) return undefined;
    const delimiters = cellsOf(source, lineAt(at + 1));
    const isTable = delimiters.every(({ start, end }) => delimiterPattern.test(source.slice(start, end)));
    if (!isTable || delimiters.length !== columns.length) return undefined;

    const from = at;
    const row = (cells: Span[]): Cell[] =>
      cells.map((cell) => ({ ...cell, children: parseInline(source, [cell], true) }));
    const rows = [row(columns)];
    for (at += 2; at < lines.length && textAt(at).includes("|") && !interrupts(textAt(at)); at++) {
      rows.push(row(cellsOf(source, lineAt(at))));
    }
    return { type: "table", rows, ...span(from, at) };
  }

  function parseParagraph(): Block {
    const from = at++;
    while (at < lines.length && !isBlank(at)) {
      const underline = underlinePattern.exec(textAt(at));
      if (underline) {
        const children = parseInline(source, lines.slice(from, at));
        return { type: "heading", level: underline[1] ? 1 : 2, children, ...span(from, ++at) };
      }
      if (interrupts(textAt(at))) break;
      at++;
    }
    return { type: "paragraph", children: parseInline(source, lines.slice(from, at)), ...span(from, at) };
  }
}

/** In columns: a tab fills up four. */
function indentOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (character === "\t") columns += 4;
    else if (character === " ") columns++;
    else break;
  }
  return columns;
}

/** The line without as much of `columns` as it is indented by. */
function withoutIndent(source: string, line: Line, columns: number): Line {
  let { start } = line;
  for (let left = columns; left > 0 && start < line.end; start++) {
    if (source[start] === "\t") left -= 4;
    else if (source[start] === " ") left--;
    else break;
  }
  return { ...line, start };
}

/** What stands between the bars of a table's line; a bar after a backslash is none. */
function cellsOf(source: string, line: Span): Span[] {
  const cells: Span[] = [];
  let start = line.start;
  for (let at = line.start; at < line.end; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "|") {
      // What stands before the first bar is a cell only when it says something.
      if (cells.length > 0 || start > line.start || source.slice(start, at).trim()) cells.push({ start, end: at });
      start = at + 1;
    }
  }
  if (source.slice(start, line.end).trim()) cells.push({ start, end: line.end });
  return cells;
}
