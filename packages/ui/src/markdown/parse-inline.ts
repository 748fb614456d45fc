import { bareAddressAt, safeAddress } from "./addresses.ts";
import { appendText, type Inline, type Span, type Text } from "./markdown-tree.ts";
import { type Piece, resolveEmphasis } from "./resolve-emphasis.ts";

type Bracket = { piece: number; at: number; image: boolean; active: boolean };

const special = /[\\`*_[\]!<h\n]/g;
const angleLink = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/iy;
const target =
  /\([ \n]*(?:<([^<>\n]*)>|([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))(?:[ \n]+(?:"[^"]*"|'[^']*'))?[ \n]*\)/y;
const escapable = /[!-/:-@[-`{-~]/;
// Of what stands beside a row of delimiters; the text's ends count as space.
const spaceFirst = /^(?:\s|$)/;
const spaceLast = /(?:\s|^)$/;
const markFirst = /^[\p{P}\p{S}]/u;
const markLast = /[\p{P}\p{S}]$/u;

/**
 * Reads what stands within a block: its lines, which need not be neighbours in the source.
 *
 * @param isCell of a table, where a bar has a backslash before it, in code too
 */
export function parseInline(source: string, lines: readonly Span[], isCell = false): Inline[] {
  const { text, origin } = joinLines(source, lines, isCell);
  const pieces: Piece[] = [];
  const brackets: Bracket[] = [];
  const absentFences = new Set<number>();
  /** Up to here the text has become pieces; `at` is how far it has been looked at. */
  let done = 0;
  let at = 0;

  for (;;) {
    special.lastIndex = at;
    const found = special.exec(text);
    if (!found) break;
    at = found.index;
    readSpecial(found[0]);
  }
  take(text.length, text.length);
  return resolveEmphasis(pieces, textNodes, spanOf);

  function readSpecial(character: string): void {
    if (character === "\\") readEscape();
    else if (character === "`") readCode();
    else if (character === "*" || character === "_") readDelimiter(character);
    else if (character === "[") openBracket(at, false);
    else if (character === "!" && text[at + 1] === "[") openBracket(at++, true);
    else if (character === "]") closeBracket();
    else if (character === "<") readAngleLink();
    else if (character === "h") readBareLink();
    else if (character === "\n") readLineBreak();
    else at++;
  }

  /** What has not been told yet is text up to `from`; from there to `to` it is what `piece` says, or nothing. */
  function take(from: number, to: number, piece?: Piece): void {
    if (from > done) pieces.push({ type: "text", at: done, end: from });
    if (piece) pieces.push(piece);
    done = to;
    at = Math.max(at, to);
  }

  function takeNode(from: number, to: number, node: Inline): void {
    take(from, to, { type: "node", node });
  }

  function spanOf(from: number, to: number): Span {
    return { start: origin[from] ?? 0, end: (origin[to - 1] ?? 0) + 1 };
  }

  function textNodes<T extends Inline | Text>(from: number, to: number, nodes: (T | Text)[] = []): (T | Text)[] {
    for (let start = from; start < to; ) {
      let end = start + 1;
      while (end < to && origin[end] === (origin[end - 1] ?? 0) + 1) end++;
      const span = spanOf(start, end);
      appendText(nodes, source, span.start, span.end);
      start = end;
    }
    return nodes;
  }

  function readEscape(): void {
    const next = text[at + 1] ?? "";
    if (next === "\n") takeNode(at, at + 2, { type: "break", ...spanOf(at, at + 2) });
    else if (escapable.test(next)) {
      take(at, at + 1);
      at++;
    } else at++;
  }

  function readLineBreak(): void {
    let end = at;
    while (end > done && text[end - 1] === " ") end--;
    if (at - end >= 2) takeNode(end, at + 1, { type: "break", ...spanOf(at, at + 1) });
    else {
      take(end, at);
      at++;
    }
  }

  function readCode(): void {
    const from = at;
    const ticks = runLength(text, at);
    at += ticks;
    if (absentFences.has(ticks)) return;
    for (let close = text.indexOf("`", at); close >= 0; ) {
      const length = runLength(text, close);
      if (length === ticks) {
        const content = text.slice(at, close);
        const padding = /^[ \n].*[ \n]$/s.test(content) && content.trim() ? 1 : 0;
        const children = textNodes<Text>(at + padding, close - padding);
        takeNode(from, close + ticks, { type: "code", children, ...spanOf(from, close + ticks) });
        return;
      }
      close = text.indexOf("`", close + length);
    }
    absentFences.add(ticks);
  }

  function readDelimiter(character: string): void {
    const count = runLength(text, at);
    // Two code units, because a sign may take both.
    const before = text.slice(Math.max(at - 2, 0), at);
    const after = text.slice(at + count, at + count + 2);
    const opensLeft =
      !spaceFirst.test(after) && (!markFirst.test(after) || spaceLast.test(before) || markLast.test(before));
    const closesRight =
      !spaceLast.test(before) && (!markLast.test(before) || spaceFirst.test(after) || markFirst.test(after));
    // Within a word an underscore is a part of it.
    const canOpen = opensLeft && (character === "*" || !closesRight || markLast.test(before));
    const canClose = closesRight && (character === "*" || !opensLeft || markFirst.test(after));
    const from = at;
    at += count;
    if (!canOpen && !canClose) return;
    const piece = { type: "delimiter", at: from, character, count, left: count, canOpen, canClose } as const;
    take(from, at, { ...piece, closes: [], opens: [] });
  }

  function openBracket(from: number, image: boolean): void {
    take(from, from);
    brackets.push({ piece: pieces.length, at: from, image, active: true });
    at++;
  }

  function closeBracket(): void {
    const close = at++;
    const open = brackets.pop();
    if (!open?.active) return;
    target.lastIndex = close + 1;
    const found = target.exec(text);
    if (!found) return;
    const end = close + 1 + found[0].length;
    const span = spanOf(open.at, end);
    if (open.image) {
      pieces.length = open.piece;
      done = open.at;
      takeNode(open.at, end, { type: "image", children: textNodes<Text>(open.at + 2, close), ...span });
      return;
    }
    take(close, close);
    const inner = pieces.splice(open.piece);
    // The first of them is text that begins with the bracket.
    const [bracket] = inner;
    if (bracket?.type === "text") bracket.at++;
    const children = resolveEmphasis(inner, textNodes, spanOf);
    const href = safeAddress(found[1] ?? found[2] ?? "");
    const nodes: Inline[] = href ? [{ type: "link", href, children, ...span }] : children;
    for (const node of nodes) pieces.push({ type: "node", node });
    done = at = end;
    // A link holds no other.
    for (let index = brackets.length - 1; brackets[index]?.active; index--) (brackets[index] as Bracket).active = false;
  }

  function readAngleLink(): void {
    angleLink.lastIndex = at;
    const [whole, address = ""] = angleLink.exec(text) ?? [];
    if (whole) takeLink(at, whole.length, address, at + 1);
    else at++;
  }

  function readBareLink(): void {
    const address = bareAddressAt(text, at);
    if (address) takeLink(at, address.length, address, at);
    else at++;
  }

  function takeLink(from: number, length: number, address: string, shown: number): void {
    const href = safeAddress(address);
    if (!href) {
      at = from + length;
      return;
    }
    const children = textNodes<Inline>(shown, shown + address.length);
    takeNode(from, from + length, { type: "link", href, children, ...spanOf(from, from + length) });
  }
}

/** The lines' text with breaks between, and where each of its characters stands in the source. */
function joinLines(source: string, lines: readonly Span[], isCell: boolean): { text: string; origin: number[] } {
  const origin: number[] = [];
  for (const [index, line] of lines.entries()) {
    const raw = source.slice(line.start, line.end);
    const isLast = index === lines.length - 1;
    const end = isLast ? line.start + raw.trimEnd().length : line.end;
    for (let at = line.start + raw.length - raw.trimStart().length; at < end; at++) {
      if (!isCell || source[at] !== "\\" || source[at + 1] !== "|") origin.push(at);
    }
    if (!isLast) origin.push(source.indexOf("\n", line.end));
  }
  return { text: origin.map((at) => source[at]).join(""), origin };
}

function runLength(text: string, at: number): number {
  let end = at + 1;
  while (text[end] === text[at]) end++;
  return end - at;
}
