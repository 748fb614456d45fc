import type { ListedDocument } from "./use-documents.ts";

type Read = Pick<ListedDocument, "status">;

/** Whether a version is on its way in, and can be stopped. */
export const isBeingRead = ({ status }: Read): boolean =>
  status === "queued" || status === "parsing" || status === "embedding";

/** How much of a version is read; undefined where nobody knows. */
export function describeProgress({ status, progress }: Read & Pick<ListedDocument, "progress">): string | undefined {
  if (!progress) return undefined;
  const what = status === "parsing" ? "pages are read" : "chunks are embedded";
  return `${progress.done.toLocaleString()} of ${progress.of.toLocaleString()} ${what}`;
}
