import type { Span, Text } from "@parley/ui/markdown/markdown-tree";

/** A part of a text, and which kinds of spans it belongs to. */
export type Piece<Kind extends string> = { start: number; value: string; kinds: readonly Kind[] };

/** A text cut where spans begin and end; its parts in order, none of them empty. */
export function splitAtSpans<Kind extends string>(
  { start, end, value }: Text,
  spans: Readonly<Record<Kind, readonly Span[]>>,
): Piece<Kind>[] {
  const kinds = Object.keys(spans) as Kind[];
  const ends = kinds.flatMap((kind) => spans[kind].flatMap((span) => [span.start, span.end]));
  const cuts = [...new Set([start, ...ends.filter((at) => at > start && at < end)])].sort((a, b) => a - b);
  return cuts
    .map((from, index) => ({
      start: from,
      value: value.slice(from - start, (cuts[index + 1] ?? end) - start),
      kinds: kinds.filter((kind) => spans[kind].some((span) => span.start <= from && from < span.end)),
    }))
    .filter((piece) => piece.value);
}
