const weekMs = 7 * 24 * 60 * 60_000;
const weeks = 12;

export type AskedInWeek = { startMs: number; before: number; since: number };

/** How often it was asked in each of the last twelve weeks, oldest first: before the article was published, and since. */
export function askedPerWeek(
  questions: readonly { askedAt: string }[],
  publishedAt: string | null,
  nowMs: number,
): AskedInWeek[] {
  const publishedMs = publishedAt === null ? Number.POSITIVE_INFINITY : Date.parse(publishedAt);
  const result = Array.from({ length: weeks }, (_, index) => ({
    startMs: nowMs - (weeks - index) * weekMs,
    before: 0,
    since: 0,
  }));
  for (const { askedAt } of questions) {
    const askedMs = Date.parse(askedAt);
    const week = result[Math.min(weeks - 1, weeks - Math.ceil((nowMs - askedMs) / weekMs))];
    if (week) week[askedMs > publishedMs ? "since" : "before"] += 1;
  }
  return result;
}
