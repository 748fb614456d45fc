/** Which addresses belong to what is crawled. */
export type Scope = {
  /** As of `URL`. */
  origin: string;
  /** Patterns for the path with the query, from its beginning; `*` is any text, `$` at the end is the end. One has to match. */
  include: readonly string[];
  /** None may match. */
  exclude: readonly string[];
};

/** Of a site everything below the folder that the address is in, unless patterns say otherwise. */
export function scopeOf(address: string, patterns: { include: readonly string[]; exclude: readonly string[] }): Scope {
  const { origin, pathname } = new URL(address);
  const folder = pathname.slice(0, pathname.lastIndexOf("/") + 1);
  return { origin, include: patterns.include.length > 0 ? patterns.include : [folder], exclude: patterns.exclude };
}

export function isWithin({ origin, include, exclude }: Scope, address: string): boolean {
  const url = new URL(address);
  const path = url.pathname + url.search;
  const matched = (pattern: string) => matches(pattern, path);
  return url.origin === origin && include.some(matched) && !exclude.some(matched);
}

/** Takes time for the text's length times the number of stars, whatever the pattern is. */
function matches(pattern: string, path: string): boolean {
  const isWhole = pattern.endsWith("$");
  const [first = "", ...rest] = pattern.slice(0, isWhole ? -1 : undefined).split("*");
  if (!path.startsWith(first)) return false;
  let at = first.length;
  const last = isWhole ? rest.pop() : undefined;
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  if (!isWhole) return true;
  return last === undefined ? at === path.length : path.length - last.length >= at && path.endsWith(last);
}
