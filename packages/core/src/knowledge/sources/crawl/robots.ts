import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import robotsParserModule from "robots-parser";

// Its types take it for a module of the other kind than it is.
const robotsParser = robotsParserModule as unknown as typeof robotsParserModule.default;

/** By which a site's robots.txt calls us. */
const agent = "ParleyBot";
const longestDelayMs = 10_000;
/** In characters, of the rules that are ours: every one of them may be compared with all of an address. */
const longestRules = 50_000;

export type Robots = {
  isAllowed(address: string): boolean;
  /** How long the site asks to be left alone between two pages, within reason. */
  delayMs: number;
  sitemaps: string[];
};

/**
 * What the site asks of whoever crawls it. A site that has nothing of the kind asks for nothing.
 *
 * @returns undefined when the site can't say, or takes too long to, so that nothing of it is crawled
 * @throws FetchError
 */
export async function readRobots(
  fetch: Pick<GuardedFetch, "get">,
  origin: string,
  signal: AbortSignal,
): Promise<Robots | undefined> {
  const address = `${origin}/robots.txt`;
  const { status, bytes } = await fetch.get(address, { maxBytes: 1_000_000, timeoutMs: 30_000, signal });
  if (status >= 500 || status === 429) return undefined;
  const { rules, sitemaps } = readRules(status < 300 ? bytes.toString("utf8") : "");
  if (rules.length > longestRules) return undefined;
  const robots = robotsParser(address, rules);
  return {
    isAllowed: (page) => robots.isAllowed(page, agent) ?? true,
    delayMs: Math.min((robots.getCrawlDelay(agent) ?? 0) * 1_000, longestDelayMs),
    sitemaps,
  };
}

/** The rules for us and for everybody: the parser would keep those of every other agent, and each once for every agent of its group. */
function readRules(text: string): { rules: string; sitemaps: string[] } {
  const rules = new Map([agent.toLowerCase(), "*"].map((name) => [name, [] as string[]]));
  const sitemaps: string[] = [];
  let group = new Set<string>();
  let isHead = false;
  for (const line of text.split(/[\r\n]+/)) {
    const [, field, value = ""] = /^\s*([a-z-]+)\s*:([^#]*)/i.exec(line) ?? [];
    if (!field) continue;
    const kind = field.toLowerCase();
    if (kind === "user-agent") {
      if (!isHead) group = new Set();
      group.add(value.split("/", 1)[0]?.trim().toLowerCase() ?? "");
    } else if (kind === "sitemap") {
      if (value.trim() !== "") sitemaps.push(value.trim());
    } else if (kind === "allow" || kind === "disallow" || kind === "crawl-delay") {
      for (const [name, own] of rules) if (group.has(name)) own.push(`${kind}: ${value.trim()}`);
    }
    isHead = kind === "user-agent";
  }
  const groups = [...rules].filter(([, own]) => own.length > 0);
  return { rules: groups.map(([name, own]) => [`user-agent: ${name}`, ...own].join("\n")).join("\n"), sitemaps };
}
