import type { Span } from "../span.ts";

/** `code`: lines from inside a fenced code block, whose fence stands in an earlier segment. */
export type Segment = Span & { code: boolean };

// In characters. Parsing a segment takes a few milliseconds, which is as long as the event loop may be held up.
const wanted = 3_000;
const long = 5_000;
const longest = 8_000;

const fence = /^[ \t]*(?:>[ \t]*)*(`{3,}|~{3,})(.*)$/;
const heading = /^ {0,3}#{1,6}(?:[ \t]|$)/;
/** Ends a block, whether a heading stands above it or not. */
const underline = /^ {0,3}(?:=+|-+)$/;
const frontMatter = /^---[ \t]*\n(?:[\s\S]{0,20000}?\n)??---[ \t]*(?:\n|$)/;

/** YAML between two lines of dashes, at the very beginning: about the document, not part of it. */
export function frontMatterOf(text: string): string {
  return frontMatter.exec(text)?.[0] ?? "";
}

/**
 * Cuts Markdown of any size into parts that can be parsed one by one, in order and without a gap; front matter is left out.
 * A cut is made before a heading if possible, else at a blank line, and within a code block only when that is longer than a segment.
 */
export function* segmentsOf(text: string): Generator<Segment> {
  let start = frontMatterOf(text).length;
  let open: string | undefined; // the fence of the code block that the line stands in
  let code = false; // the segment began within a code block
  let blankBefore = false;
  let underlineBefore = false;

  for (const line of linesOf(text, start)) {
    const length = line.start - start;
    const content = text.slice(line.start, line.end).trimEnd();
    const cut =
      length + (line.end - line.start) > longest ||
      (!open && length >= wanted && (heading.test(content) || underlineBefore)) ||
      (!open && length >= long && blankBefore);
    if (cut && length > 0) {
      yield { start, end: line.start, code };
      start = line.start;
      code = open !== undefined;
    }
    const [, marks, rest = ""] = fence.exec(content) ?? [];
    if (open === undefined) {
      if (marks && !(marks.startsWith("`") && rest.includes("`"))) open = marks;
    } else if (marks?.startsWith(open) && rest.trim() === "") {
      open = undefined;
      if (code) {
        yield { start, end: line.end, code };
        start = line.end;
        code = false;
      }
    }
    blankBefore = content === "";
    underlineBefore = underline.test(content);
  }
  if (start < text.length) yield { start, end: text.length, code };
}

/** The lines from `start` on, with their line breaks; a line that is longer than a segment comes in pieces. */
function* linesOf(text: string, start: number): Generator<Span> {
  for (let from = start; from < text.length; ) {
    const lineBreak = text.indexOf("\n", from);
    const lineEnd = lineBreak < 0 ? text.length : lineBreak + 1;
    const end = lineEnd - from > longest ? cutBefore(text, from, from + longest) : lineEnd;
    yield { start: from, end };
    from = end;
  }
}

/** The last place up to `limit` where the text may be cut: behind white space if there is some in the second half, never within a character. */
export function cutBefore(text: string, start: number, limit: number): number {
  if (limit >= text.length) return text.length;
  for (let at = limit; at > start + (limit - start) / 2; at -= 1) {
    if (/\s/.test(text[at - 1] ?? "")) return at;
  }
  const low = text.charCodeAt(limit);
  return low >= 0xdc00 && low <= 0xdfff && limit - 1 > start ? limit - 1 : limit;
}
