import type { Span } from "./span.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

// After these a full stop does not end a sentence. A lone capital is somebody's initial.
const abbreviation =
  /(?:^|[\s([“"'])(?:[A-Z]|e\.g|i\.e|vs|cf|ca|approx|resp|Dr|Mr|Mrs|Ms|Prof|St|Mt|No|Nos|Fig|Figs|Sec|Eq|Vol|pp|Gen|Col|Lt|Sgt|Rev|Hon|Gov|Sen|Rep|Jr|Sr|U\.S|U\.K|U\.N)\.\s*$/;
const longestAbbreviation = 12;

/** The sentences of running text, in order, without the white space between them. A line break does not end one, a blank line does. */
export function splitSentences(text: string): Span[] {
  // The segmenter ends a sentence at every line break. As a space it has the same length, so places stay what they are.
  const lines = text.replace(/(?<!\n[^\S\n]*)\n(?![^\S\n]*\n)/g, " ");
  const sentences: Span[] = [];
  let start = 0;
  for (const { index, segment } of segmenter.segment(lines)) {
    const end = index + segment.length;
    if (end < text.length && abbreviation.test(lines.slice(Math.max(start, end - longestAbbreviation), end))) continue;
    const sentence = trimSpan(text, { start, end });
    if (sentence) sentences.push(sentence);
    start = end;
  }
  return sentences;
}

/** The span without the white space at its ends; undefined when there is nothing else. */
export function trimSpan(text: string, { start, end }: Span): Span | undefined {
  const raw = text.slice(start, end);
  const from = raw.length - raw.trimStart().length;
  const length = raw.trim().length;
  return length === 0 ? undefined : { start: start + from, end: start + from + length };
}
