import type { ListedSource } from "./use-sources.ts";

const names = new Intl.DisplayNames(["en"], { type: "language" });
const list = new Intl.ListFormat("en");
/** More languages than so many are not named. */
const mostNamed = 3;

/**
 * How many documents are in languages that the embedder does not know: `34 of 40 documents are in German`. Undefined where they are no
 * more than those in the one that it knows.
 *
 * @param known by its ISO 639-1 code
 */
export function languagePhrase(
  sources: readonly Pick<ListedSource, "documents" | "languages">[],
  known: string,
): string | undefined {
  const counts = new Map<string, number>();
  for (const [code, count] of sources.flatMap(({ languages }) => Object.entries(languages))) {
    counts.set(code, (counts.get(code) ?? 0) + count);
  }
  const ofKnown = counts.get(known) ?? 0;
  counts.delete(known);
  const foreign = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (foreign <= ofKnown) return undefined;
  const told = [...counts].sort(([, a], [, b]) => b - a).map(([code]) => names.of(code) ?? code);
  const named = told.length > mostNamed ? [...told.slice(0, mostNamed - 1), "other languages"] : told;
  const total = sources.reduce((sum, { documents }) => sum + documents.total, 0);
  const count =
    total === 1 ? "The one document" : `${foreign.toLocaleString("en")} of ${total.toLocaleString("en")} documents`;
  return `${count} ${foreign === 1 ? "is" : "are"} in ${list.format(named)}`;
}
