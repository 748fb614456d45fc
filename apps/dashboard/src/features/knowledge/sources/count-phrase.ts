import type { ListedSource } from "./use-sources.ts";

type Counts = ListedSource["documents"];

const documents = (count: number) => (count === 1 ? "1 document" : `${count.toLocaleString()} documents`);

/** How many documents there are, and how many of them are not ready: `34 documents, 2 being read, 1 to be published, 1 failed`. */
export function countPhrase(counts: Counts): string {
  const { total, ready, held, failed } = counts;
  if (total === 0) return "No documents";
  const underWay = total - ready - held - failed;
  return [
    documents(total),
    underWay > 0 && `${underWay.toLocaleString()} being read`,
    held > 0 && `${held.toLocaleString()} to be published`,
    failed > 0 && `${failed.toLocaleString()} failed`,
  ]
    .filter(Boolean)
    .join(", ");
}

/** What leaves the answers with the source. @param waits until it is published */
export const removalPhrase = ({ serving }: Counts, waits = false): string =>
  serving === 0
    ? "It answers nothing at the moment."
    : `${documents(serving)} ${serving === 1 ? "leaves" : "leave"} all answers${waits ? "" : " at once"}.`;
