import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import robotsParserModule from "robots-parser";

// Its types take it for a module of the other kind than it is.
const robotsParser = robotsParserModule as unknown as typeof robotsParserModule.default;

/** By which a site's robots.txt calls us. */
const agent = "ParleyBot";
const longestDelayMs = 10_000;

export type Robots = {
  isAllowed(address: string): boolean;
  /** How long the site asks to be left alone between two pages, within reason. */
  delayMs: number;
  sitemaps: string[];
};

/**
 * What the site asks of whoever crawls it. A site that has nothing of the kind asks for nothing.
 *
 * @returns undefined when the site can't say, so that nothing of it is crawled
 * @throws FetchError
 */
export async function readRobots(
  fetch: GuardedFetch,
  origin: string,
  signal: AbortSignal,
): Promise<Robots | undefined> {
  const address = `${origin}/robots.txt`;
  const { status, bytes } = await fetch.get(address, { maxBytes: 1_000_000, timeoutMs: 30_000, signal });
  if (status >= 500 || status === 429) return undefined;
  const robots = robotsParser(address, status < 300 ? bytes.toString("utf8") : "");
  return {
    isAllowed: (page) => robots.isAllowed(page, agent) ?? true,
    delayMs: Math.min((robots.getCrawlDelay(agent) ?? 0) * 1_000, longestDelayMs),
    sitemaps: robots.getSitemaps(),
  };
}
