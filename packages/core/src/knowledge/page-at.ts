import type { Span } from "./span.ts";

/** The pages, from 1, that the span stands on; null of a text that has no pages. @param span not empty */
export function pagesOf(pageStarts: readonly number[] | null, { start, end }: Span) {
  return pageStarts && { first: pageAt(pageStarts, start), last: pageAt(pageStarts, end - 1) };
}

/** The page, from 1, that holds what stands at `offset`. */
function pageAt(pageStarts: readonly number[], offset: number): number {
  return Math.max(1, pageStarts.findLastIndex((start) => start <= offset) + 1);
}
