import { FetchError } from "@parley/platform/http/fetch-error";
import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { readSitemap, sitemapBytes } from "./read-sitemap.ts";

/** Sitemaps that are read of one site, those that others list included. */
const mostSitemaps = 50;

/**
 * The pages that a site's sitemaps list, in order. A sitemap that can't be had or read lists none.
 *
 * @param named by the site's robots.txt; none: where sitemaps usually are
 * @param options.most pages from which on no other sitemap is read
 */
export async function listSitemapPages(
  fetch: GuardedFetch,
  named: readonly string[],
  { origin, isWanted, most }: { origin: string; isWanted(page: string): boolean; most: number },
  signal: AbortSignal,
): Promise<Set<string>> {
  const pages = new Set<string>();
  const sitemaps = new Set(named.length > 0 ? named : [`${origin}/sitemap.xml`]);
  let read = 0;
  for (const address of sitemaps) {
    if (read === mostSitemaps || pages.size >= most) break;
    read += 1;
    const fetched = await fetch
      .get(address, { maxBytes: sitemapBytes, timeoutMs: 60_000, signal })
      .catch((error: unknown) => {
        if (error instanceof FetchError) return undefined;
        throw error;
      });
    if (!fetched || fetched.status >= 300) continue;
    const found = await readSitemap(fetched.bytes, fetched.url.href);
    for (const page of found.pages) if (isWanted(page)) pages.add(page);
    // A set that grows while it is walked through is walked through to its end.
    for (const sitemap of found.sitemaps) sitemaps.add(sitemap);
  }
  return pages;
}
