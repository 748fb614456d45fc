/** What of a document's page stands in the address. */
export type DocumentSearch = {
  /** The version that is shown, by its number. Absent: the one that answers, or the newest while none does. */
  version?: number;
  /** The chunk that is in sight, by its place in the version, from 0. Given: the chunks are shown, not the text as a reader sees it. */
  chunk?: number;
};

/** Reads the address; what makes no sense is left out. */
export function parseDocumentSearch({ version, chunk }: Record<string, unknown>): DocumentSearch {
  return { ...(isFrom(1, version) && { version }), ...(isFrom(0, chunk) && { chunk }) };
}

const isFrom = (least: number, value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least;

/** The version to show. @param versions newest first; never empty */
export function shownVersion<T extends { id: string; version: number }>(
  versions: readonly T[],
  { asked, currentVersionId }: { asked: number | undefined; currentVersionId: string | null },
): T | undefined {
  return (
    versions.find(({ version }) => version === asked) ??
    versions.find(({ id }) => id === currentVersionId) ??
    versions[0]
  );
}
