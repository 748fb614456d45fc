import type { Span, Text } from "./markdown-tree.ts";

/** A text cut where the span begins and ends: which of its characters belong to the span. Never empty parts. */
export function markSpan(text: Text, span: Span | undefined): { value: string; marked: boolean }[] {
  const from = Math.min(Math.max((span?.start ?? 0) - text.start, 0), text.value.length);
  const to = Math.min(Math.max((span?.end ?? 0) - text.start, from), text.value.length);
  return [
    { value: text.value.slice(0, from), marked: false },
    { value: text.value.slice(from, to), marked: true },
    { value: text.value.slice(to), marked: false },
  ].filter(({ value }) => value);
}
