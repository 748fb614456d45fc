/** What of a list of documents stands in the address. */
export type FoundDocuments = {
  /** Words of their titles or paths. */
  find?: string;
};

const longest = 200;

/** Reads the address; what makes no sense is left out. */
export function parseFoundDocuments({ find }: Record<string, unknown>): FoundDocuments {
  const words = typeof find === "string" || typeof find === "number" ? String(find).trim().slice(0, longest) : "";
  return words === "" || words.includes("\0") ? {} : { find: words };
}
