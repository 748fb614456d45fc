/**
 * Lets an answer's words through as they come, but none before the first citation that holds, and no citation of a passage that
 * was not given. What holds is numbered 1, 2, 3 … in order of first appearance.
 *
 * A citation is `[2]`, `[1, 3]`, `[1][3]`, `[2-4]` or `【2】`; it comes out as `[1]` or `[1][2]`. In code, brackets are just brackets.
 * How the words are cut into chunks makes no difference.
 */
export type CitationFilter = {
  /** Takes the next words; returns those that may be shown now. */
  push(chunk: string): string;
  /** Says that no more words come; returns what was still held back for want of the rest. */
  end(): string;
  /** All that was shown; empty while no citation has held. */
  readonly text: string;
  /** `text` up to its last citation and the punctuation behind that: what stays of an answer that was cut off. */
  readonly supported: string;
  /** The cited passages; the first one is cited as `[1]`. */
  readonly cited: readonly number[];
};

const closers: Record<string, string> = { "[": "]", "【": "】" };
const insideMarker = /^[\d\s,;–-]+$/;
const closing = /^[.,;:!?)"'”’»。！？]$/;
/** What may stand before a fence on its line: indentation, a quote's mark, a list's. */
const beforeFence = /[\s>*+.)\d-]/;
const range = String.raw`\s*\d+\s*(?:[–-]\s*\d+\s*)?`;
const markerBody = new RegExp(`^${range}(?:[,;]${range})*$`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: a message may not hold them
const control = /[\u0000-\u0008\u000B-\u001F\u007F]/;

/**
 * @param given the passages' numbers
 * @param account what came of the visitor's account, by its number; it may grow. `label` stands in the place of such a citation
 */
export function createCitationFilter(
  given: Iterable<number>,
  account: { results: ReadonlyMap<number, unknown>; label: string } = { results: new Map(), label: "" },
): CitationFilter {
  const passages = new Set(given);
  const cited: number[] = [];
  /** Everything that came through, and how far of it `push` and `end` have shown. */
  let passed = "";
  let shown = 0;
  let supportedLength = 0;
  /** A citation has held. */
  let isCited = false;

  /** What may yet become a citation. */
  let marker = "";
  /** Spaces, which go when the citation behind them goes. */
  let spaces = "";
  /** Backticks in a row, and the code that the last row opened. */
  let ticks = "";
  let code: { opening: string; held: string } | undefined;
  let fence = "";
  let onFenceLine = false;
  /** Nothing stands on the line yet that keeps a fence from opening or closing here. */
  let lineStart = true;
  /** This line's backticks turned out to open nothing. */
  let plainTicks = false;
  /** A bare `[` went out, and nothing since but what may stand in a citation. */
  let bareOpen = false;
  let afterCitation = false;

  function emit(text: string): void {
    const out = passed === "" ? text.trimStart() : text;
    // `[1](…)` would make a link of it.
    passed += afterCitation && out.startsWith("(") ? ` ${out}` : out;
    if (out !== "") afterCitation = false;
  }

  function emitCitations(numbers: readonly number[]): void {
    const ofPassages = numbers.filter((number) => passages.has(number));
    for (const number of ofPassages) if (!cited.includes(number)) cited.push(number);
    const ofAccount = ofPassages.length < numbers.length ? account.label : "";
    const markers = ofPassages.map((number) => `[${cited.indexOf(number) + 1}]`).join("");
    emit(spaces + [markers, ofAccount].filter(Boolean).join(" "));
    spaces = "";
    supportedLength = passed.length;
    isCited = true;
    afterCitation = true;
    bareOpen = false;
  }

  function emitPlain(text: string): void {
    const closesSupported = supportedLength === passed.length && spaces === "" && closing.test(text);
    emit(spaces + text);
    if (closesSupported) supportedLength = passed.length;
    spaces = "";
    bareOpen = text.startsWith("[") || (bareOpen && insideMarker.test(text));
  }

  /** The marker is complete: its citations, or what it is when it names no number, or nothing. */
  function resolveMarker(closer: string): void {
    const body = marker.slice(1);
    const literal = marker + closer;
    marker = "";
    if (!markerBody.test(body)) {
      emitPlain(literal);
      return;
    }
    const numbers = body.split(/[,;]/).flatMap((part) => {
      const [first = 0, last = first] = part.split(/[–-]/).map(Number);
      return [...passages, ...account.results.keys()]
        .filter((number) => first <= number && number <= last)
        .sort((a, b) => a - b);
    });
    if (numbers.length > 0) emitCitations([...new Set(numbers)]);
    else spaces = "";
  }

  function readText(char: string): void {
    if (marker !== "" && char === closers[marker.charAt(0)]) {
      resolveMarker(char);
    } else if (marker !== "" && char !== "\n" && insideMarker.test(char)) {
      marker += char;
    } else {
      flushMarker();
      if (char in closers) marker = char;
      else if (char === " " || char === "\t") spaces += char;
      // With a citation taken out in between, the two brackets would make one that nobody checked: `[[9]1]`.
      else if (!bareOpen || (char !== "]" && char !== "】")) emitPlain(char);
    }
  }

  /** What might have become a citation didn't. */
  function flushMarker(): void {
    if (marker === "") return;
    const literal = marker;
    marker = "";
    emitPlain(literal);
  }

  /** A row of backticks has ended. */
  function readTicks(atLineStart: boolean): void {
    const row = ticks;
    ticks = "";
    if (fence !== "") {
      emitPlain(row);
      if ((atLineStart || onFenceLine) && row.length >= fence.length) fence = "";
    } else if (code) {
      code.held += row;
      if (row !== code.opening) return;
      emitPlain(code.held);
      code = undefined;
    } else if (row.length >= 3 && atLineStart) {
      flushMarker();
      emitPlain(row);
      fence = row;
      onFenceLine = true;
    } else if (plainTicks) {
      for (const tick of row) readText(tick);
    } else {
      flushMarker();
      code = { opening: row, held: row };
    }
  }

  /** The line ended inside of code: then it was none, and its words are read again as text. */
  function giveUpCode(): void {
    if (!code) return;
    const { held } = code;
    code = undefined;
    plainTicks = true;
    for (const char of held) readText(char);
  }

  function read(char: string): void {
    if (char === "`") {
      ticks += char;
      return;
    }
    if (ticks !== "") {
      readTicks(lineStart);
      lineStart = false;
    }
    if (char === "\n") {
      giveUpCode();
      plainTicks = false;
      onFenceLine = false;
    }
    if (fence !== "") emitPlain(char);
    else if (code) code.held += char;
    else readText(char);
    lineStart = char === "\n" || (lineStart && beforeFence.test(char));
  }

  function show(): string {
    if (!isCited) return "";
    const now = passed.slice(shown);
    shown = passed.length;
    return now;
  }

  return {
    push(chunk) {
      for (const char of chunk) if (!control.test(char)) read(char);
      return show();
    },
    end() {
      if (ticks !== "") readTicks(lineStart);
      giveUpCode();
      flushMarker();
      return show();
    },
    get text() {
      return passed.slice(0, shown).trimEnd();
    },
    get supported() {
      return passed.slice(0, supportedLength);
    },
    get cited() {
      return cited;
    },
  };
}
