/** The page, from 1, that holds what stands at `offset`. */
export function pageAt(pageStarts: readonly number[], offset: number): number {
  return Math.max(1, pageStarts.findLastIndex((start) => start <= offset) + 1);
}
