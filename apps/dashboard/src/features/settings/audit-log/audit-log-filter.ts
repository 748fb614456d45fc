import type { AuditAction, AuditFilter } from "@parley/contracts";
import { parseAction } from "./action-labels.ts";

/** How far back, in days. */
export const spans = [1, 7, 30, 90] as const;

/** What the page's address says of the entries that are looked at; a type, not a promise, until `parseAuditLogSearch` has read it. */
export type AuditLogSearch = {
  action?: AuditAction;
  /** A member's id. */
  by?: string;
  /** How far back; not beside `from` and `until`. */
  days?: (typeof spans)[number];
  /** The first day and the last, as `2026-11-25`, where the reader is. */
  from?: string;
  until?: string;
};

export function parseAuditLogSearch(search: Record<string, unknown>): AuditLogSearch {
  const { by, from, until } = search;
  const action = parseAction(search.action);
  const days = spans.find((span) => span === search.days);
  return {
    ...(action && { action }),
    ...(typeof by === "string" && /^[\w-]{1,64}$/.test(by) && { by }),
    ...(days ? { days } : { ...(isDay(from) && { from }), ...(isDay(until) && { until }) }),
  };
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** As the server is asked. What `now` does to it is the same for a whole day, so that the query is, too. */
export function toFilter({ action, by, days, from, until }: AuditLogSearch, now = new Date()): AuditFilter {
  return {
    ...(action && { action }),
    ...(by && { actorId: by }),
    ...(days && { from: startOfDay(now.getFullYear(), now.getMonth(), now.getDate() - days + 1) }),
    ...(from && { from: dayOf(from) }),
    ...(until && { until: dayOf(until, 1) }),
  };
}

/** Where the reader's day begins, or one after it. */
function dayOf(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return startOfDay(year, month - 1, date + later);
}

function startOfDay(year: number, month: number, date: number): string {
  return new Date(year, month, date).toISOString();
}
