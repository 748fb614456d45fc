import type { ListedSource } from "./use-sources.ts";

export type Crawl = NonNullable<ListedSource["lastCrawl"]>;

export const isUnderWay = ({ status }: Crawl): boolean => status === "queued" || status === "running";

const names: Record<Crawl["status"], string> = {
  queued: "Waits to be read",
  running: "Being read",
  done: "Read",
  partial: "Read in part",
  failed: "Could not be read",
  cancelled: "Cancelled",
};
/** How a site's reading stands or ended. */
export const nameCrawlStatus = ({ status }: Crawl): string => names[status];

/** What became of the pages: `12 asked for: 3 new or changed, 8 as they were, 1 gone`. */
export function crawlPhrase({ seen, changed, unchanged, gone, skipped, failed }: Crawl): string {
  const parts = [
    [changed, "new or changed"],
    [unchanged, "as they were"],
    [gone, "gone"],
    [skipped, "left out"],
    [failed, "failed"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString("en")} ${what}`);
  const pages = seen === 1 ? "1 page" : `${seen.toLocaleString("en")} pages`;
  return told.length > 0 ? `${pages} asked for: ${told.join(", ")}` : `${pages} asked for`;
}
