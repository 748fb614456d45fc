/** What of the search page stands in the address. */
export type KnowledgeSearch = {
  /** The question. */
  q?: string;
  /** The question before it. */
  after?: string;
};

const longest = 4_000;

/** Reads the address; what makes no sense is left out. */
export function parseKnowledgeSearch({ q, after }: Record<string, unknown>): KnowledgeSearch {
  const words = (value: unknown) => (typeof value === "string" && value.trim() ? value.trim().slice(0, longest) : "");
  return { ...(words(q) && { q: words(q) }), ...(words(q) && words(after) && { after: words(after) }) };
}
