/** What the page's address says of the time that is looked at; a type, not a promise, until `parseCostsSearch` has read it. */
export type CostsSearch = {
  /** The first day and the last, as `2026-11-25`, in UTC as the ledger counts. */
  from?: string;
  until?: string;
};

const dayMs = 86_400_000;
/** The longest time that one report is about. */
const mostDays = 366;

export function parseCostsSearch({ from, until }: Record<string, unknown>): CostsSearch {
  if (!isDay(from) || !isDay(until)) return {};
  return describeWrongDays({ from, until }) ? {} : { from, until };
}

/** What is wrong with a time that was entered; undefined when nothing is. */
export function describeWrongDays({ from, until }: Days): string | undefined {
  if (!isDay(from) || !isDay(until)) return "A day is missing.";
  const days = countDays({ from, until });
  if (days < 1) return "Until is before From.";
  return days > mostDays ? `A year at most: these are ${days.toLocaleString("en")} days.` : undefined;
}

const countDays = ({ from, until }: Days) => Math.round((Date.parse(until) - Date.parse(from)) / dayMs) + 1;

function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
}

export type Days = Required<CostsSearch>;

const toDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The month that `now` is in, or one before it; of this month, the days that have begun. */
export function monthAround(now: Date, before = 0): Days {
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - before, 1);
  const last = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - before + 1, 0);
  return { from: toDay(first), until: before === 0 ? toDay(now.getTime()) : toDay(last) };
}

/** So many days, today the last of them. */
export const lastDays = (now: Date, days: number): Days => ({
  from: toDay(now.getTime() - (days - 1) * dayMs),
  until: toDay(now.getTime()),
});

/** As the server is asked: until before the day after the last one. */
export function toSpan({ from, until }: Days): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(Date.parse(until) + dayMs).toISOString() };
}

/** Every day of the time, in order. */
export function daysOf({ from, until }: Days): string[] {
  return Array.from({ length: countDays({ from, until }) }, (_, index) => toDay(Date.parse(from) + index * dayMs));
}
