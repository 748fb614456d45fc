/** What a call of a crawl has to know of the ones before it, beside the addresses that they found. */
export type CrawlProgress = {
  /** Pages that were asked for. */
  asked: number;
  /** Pages in a row, up to now, that could not be had. */
  failures: number;
  /** What the sitemaps list is among the addresses that were found. */
  isListed: boolean;
};
