import { FetchError } from "@parley/platform/http/fetch-error";
import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { readSitemap, sitemapBytes } from "./read-sitemap.ts";

/** Sitemaps that are read of one site, those that others list included. */
const mostSitemaps = 50;

/**
 * The pages that a site's sitemaps list, in order; those of other sites as well. A sitemap that can't be had or read lists none.
 *
 * @param named by the site's robots.txt; none: where sitemaps usually are
 */
export async function listSitemapPages(
  fetch: GuardedFetch,
  named: readonly string[],
  origin: string,
  signal: AbortSignal,
): Promise<Set<string>> {
  const pages = new Set<string>();
  const sitemaps = new Set(named.length > 0 ? named : [`${origin}/sitemap.xml`]);
  let read = 0;
  for (const address of sitemaps) {
    if (read === mostSitemaps) break;
    read += 1;
    const fetched = await fetch
      .get(address, { maxBytes: sitemapBytes, timeoutMs: 60_000, signal })
      .catch((error: unknown) => {
        if (error instanceof FetchError) return undefined;
        throw error;
      });
    if (!fetched || fetched.status >= 300) continue;
    const found = await readSitemap(fetched.bytes, fetched.url.href);
    for (const page of found.pages) pages.add(page);
    // A set that grows while it is walked through is walked through to its end.
    for (const sitemap of found.sitemaps) sitemaps.add(sitemap);
  }
  return pages;
}
