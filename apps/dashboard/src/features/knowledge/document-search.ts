/** What of a document's page stands in the address. */
export type DocumentSearch = {
  /** The version that is shown, by its number. Absent: the one that answers, or the newest while none does. */
  version?: number;
};

/** Reads the address; what makes no sense is left out. */
export function parseDocumentSearch({ version }: Record<string, unknown>): DocumentSearch {
  return typeof version === "number" && Number.isInteger(version) && version > 0 ? { version } : {};
}

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
