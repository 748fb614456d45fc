import type { documents } from "@parley/db/schema";

/** Where a document is that was read from a web site; null for all others, whatever their path looks like. */
export function pageOfSite({ path, fetched }: Pick<typeof documents.$inferSelect, "path" | "fetched">): string | null {
  return fetched && /^https?:\/\//.test(path) ? path : null;
}
