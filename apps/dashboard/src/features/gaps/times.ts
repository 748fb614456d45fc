/** How often, from once on. */
export const times = (count: number): string => (count === 1 ? "once" : `${count.toLocaleString("en")} times`);

/** What became of a question since its article was published. */
export function sinceThen({ answeredSince, askedSince }: { answeredSince: number; askedSince: number }): string {
  if (answeredSince === 0)
    return askedSince === 0 ? "not left open again, and its article not cited" : `left open ${times(askedSince)}`;
  return `answered ${times(answeredSince)}, ${askedSince === 0 ? "never left open" : `left open ${times(askedSince)}`}`;
}
