const day = (date: Date) => date.toDateString();

/** When something was said: the time today, with the day before that. In the visitor's own language and time zone. */
export function formatTime(iso: string, now: Date, locale?: string): string {
  const date = new Date(iso);
  const time = { hour: "numeric", minute: "2-digit" } as const;
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  const options = day(date) === day(now) ? time : { day: "numeric", month: "short", ...year, ...time };
  return new Intl.DateTimeFormat(locale, options as Intl.DateTimeFormatOptions).format(date);
}

/** A date without the time. */
export function formatDate(iso: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso));
}
