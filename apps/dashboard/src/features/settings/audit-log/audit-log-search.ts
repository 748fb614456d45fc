/** How far back, in days. */
export const spans = [1, 7, 30, 90] as const;

/** @property action as it stands in the address: perhaps none */
export type AuditLogSearch = { action?: string; days?: (typeof spans)[number] };

export function parseAuditLogSearch(search: Record<string, unknown>): AuditLogSearch {
  const action = typeof search.action === "string" ? search.action : undefined;
  const days = spans.find((span) => span === search.days);
  return { ...(action && { action }), ...(days && { days }) };
}

/** The first moment that is looked at, in ISO 8601: the same for a whole day, so that the query is the same, too. */
export function startOf(days: number | undefined, nowMs: number): string | undefined {
  if (days === undefined) return undefined;
  const dayMs = 24 * 3_600_000;
  return new Date(Math.floor(nowMs / dayMs) * dayMs - (days - 1) * dayMs).toISOString();
}
