import { setImmediate } from "node:timers/promises";
import type { CrawlReason } from "@parley/contracts";
import { FetchError } from "@parley/platform/http/fetch-error";
import type { GuardedFetch, Validators } from "@parley/platform/http/fetch-guarded";
import type { CrawlProgress } from "./crawl-progress.ts";
import { listSitemapPages } from "./list-sitemap-pages.ts";
import { pageAddress } from "./page-address.ts";
import { readRobots } from "./robots.ts";
import { isWithin, scopeOf } from "./scope.ts";
import { type Visited, visitPage } from "./visit-page.ts";

export type CrawlOptions = {
  address: string;
  /** As of `Scope`; none: all below the address's folder. */
  include: readonly string[];
  exclude: readonly string[];
  /** How many links it is from the address to a page, at most; 0 is this page alone. What the sitemap lists is one away. */
  depth: number;
  /** Pages that are asked for, at most. */
  pages: number;
};

/** A page that an earlier crawl has read. */
export type KnownPage = { address: string; depth: number; validators: Validators };

export type Crawled =
  /** `name`: what it would be called as a file, so that its ending says how it is read. */
  | { kind: "page"; page: KnownPage; name: string; bytes: Buffer }
  | { kind: "unchanged"; address: string }
  /** It was known, and is no page of what is read any more. */
  | { kind: "gone"; address: string; why: CrawlReason }
  /** It can't be had, or not now; what is known of it stays. */
  | {
      kind: "skipped";
      address: string;
      why: CrawlReason;
      /** It may be had another time. */
      isFailed?: true;
      /** It is there, but not for everybody. */
      isKept?: boolean | undefined;
    };

/** An address that was found, and how many links from the first one. */
export type FoundPage = { address: string; depth: number };

/** For a crawl that is done in several calls. */
export type CrawlSoFar = {
  /** The site has not been moved yet. */
  mayMove?: boolean;
  /** What earlier calls have found, in order. */
  pages?: readonly (FoundPage & { isDone: boolean })[];
  progress?: CrawlProgress;
  /** The site has let us read something. */
  isShown?: boolean;
  /** Told of each address that is found, before what it was found by comes out. */
  onFound?(page: FoundPage): void;
  /** Told how far it is, before what it came to that by comes out. */
  onProgress?(progress: CrawlProgress): void;
  /** Told when the site is read at another address from here on. */
  onMoved?(address: string): void;
};

/** That are kept in mind, beside those that are known: a site can name more than there is memory for. */
const mostAddresses = 50_000;
/** Pages in a row of which each names the next one's address as its own. */
const mostHeld = 5;
/** After so many pages in a row that could not be had, a site is not asked for more. */
const mostFailures = 5;

/**
 * Reads a site page by page, one at a time: from the address on by links, then what its sitemap lists, then what was known and came by
 * neither way. A page that has not changed costs the site and us one short answer. When the address leads to the site with `www` or
 * HTTPS, or without, the site is read there. Whoever goes on after a page says by `next(false)` that nothing could be made of its bytes:
 * then it is no address at which another is read.
 *
 * @param services.wait until the site may be asked again
 * @param soFar what earlier calls of the same crawl have done; whatever they did not ask for is asked for now
 *
 * @returns why it ended before every page was asked for; undefined when none is left
 * @throws FetchError when the site can't be reached at all; the signal's reason
 */
export async function* crawlSite(
  { fetch, wait }: { fetch: GuardedFetch; wait(ms: number, signal: AbortSignal): Promise<unknown> },
  options: CrawlOptions,
  known: readonly KnownPage[],
  signal: AbortSignal,
  soFar: CrawlSoFar = {},
): AsyncGenerator<Crawled, CrawlReason | undefined, boolean | undefined> {
  const start = pageAddress(options.address);
  if (!start) throw new FetchError("invalid");
  const scope = scopeOf(start, options);
  const robots = await readRobots(fetch, scope.origin, signal);
  if (!robots) return { code: "crawl.no_robots" };

  const knownBy = new Map(known.map((page) => [page.address, page]));
  const { pages: earlier = [], mayMove = true } = soFar;
  let queue: (FoundPage & { held?: Visited & { kind: "elsewhere" } })[] = earlier.filter(({ isDone }) => !isDone);
  // It is told of when it comes out itself, which other pages may do before it.
  if (!earlier.some(({ address }) => address === start)) queue.unshift({ address: start, depth: 0 });
  const seen = new Set([start, ...earlier.map(({ address }) => address)]);
  const asked = new Set(earlier.flatMap(({ address, isDone }) => (isDone ? [address] : [])));
  /** At these something is read, be it at the address that it names as its own. */
  const read = new Set([...asked].filter((address) => knownBy.has(address)));
  let isMore = false;
  let { isShown = false } = soFar;
  /** @returns whether it is new, and to be asked for */
  const find = (address: string, depth: number): boolean => {
    if (depth > options.depth || seen.has(address) || !isWithin(scope, address)) return false;
    if (seen.size >= mostAddresses && !knownBy.has(address)) {
      isMore = true;
      return false;
    }
    seen.add(address);
    soFar.onFound?.({ address, depth });
    return true;
  };
  const enqueue = (address: string, depth: number) => {
    if (find(address, depth)) queue.push({ address, depth });
  };
  const progress = { ...(soFar.progress ?? { asked: 0, failures: 0, isListed: false }) };
  const later = [
    async () => {
      if (options.depth === 0 || progress.isListed) return;
      const wanted = {
        origin: scope.origin,
        isWanted: (address: string) => isWithin(scope, address),
        most: mostAddresses,
      };
      const listed = await listSitemapPages(fetch, robots.sitemaps, wanted, signal);
      for (const address of listed) enqueue(address, 1);
      progress.isListed = true;
    },
    async () => {
      for (const { address, depth } of known) enqueue(address, depth);
    },
  ];

  const tooMany: CrawlReason = { code: "crawl.more_pages", detail: String(options.pages) };
  let isCut = false;
  let holding = 0;
  const notAnswering: CrawlReason = { code: "crawl.not_answering", detail: String(mostFailures) };
  if (progress.failures >= mostFailures) return notAnswering;
  while (queue.length + later.length > 0) {
    const next = queue.shift();
    if (!next) {
      await later.shift()?.();
      continue;
    }
    const { address, depth, held } = next;
    if (!held && asked.has(address)) continue;
    const before = knownBy.get(address);
    const leave = (why: CrawlReason): Crawled => ({ kind: before ? "gone" : "skipped", address, why });
    signal.throwIfAborted();
    if (!robots.isAllowed(address)) {
      // Nothing is fetched for these, however many they are: others get their turn in between.
      await setImmediate();
      soFar.onProgress?.({ ...progress });
      yield leave({ code: "page.forbidden" });
      continue;
    }
    if (held) holding -= 1;
    let visited: Visited | undefined = held;
    if (!visited) {
      if (progress.asked >= options.pages) {
        // Of what was asked for already all is told.
        queue = queue.filter((page) => page.held);
        later.length = 0;
        isCut = true;
        continue;
      }
      if (progress.asked > 0 && robots.delayMs > 0) await wait(robots.delayMs, signal);
      progress.asked += 1;
      asked.add(address);
      visited = await visitPage({ fetch, robots, scope }, { address, validators: before?.validators }, signal);
      progress.failures = visited.kind === "failed" && !visited.isOurs ? progress.failures + 1 : 0;
      soFar.onProgress?.({ ...progress });
      // Whether anything is there has to be known first.
      if (visited.kind === "elsewhere" && !asked.has(visited.address)) {
        if (holding < mostHeld && (seen.has(visited.address) || find(visited.address, depth))) {
          holding += 1;
          queue.unshift({ address: visited.address, depth }, { address, depth, held: visited });
          continue;
        }
      }
    }
    if (visited.kind === "elsewhere" && !read.has(visited.address)) visited = visited.otherwise;
    switch (visited.kind) {
      case "unchanged":
        isShown = true;
        read.add(address);
        yield { kind: "unchanged", address };
        break;
      case "failed": {
        // A site that shows us nothing at all keeps us out, and not everybody.
        const isKept = visited.isKept && isShown;
        // What is known of it stays.
        if (before && !isKept) read.add(address);
        yield { kind: "skipped", address, why: visited.why, isFailed: true, isKept };
        break;
      }
      case "absent": {
        const moved = mayMove && address === start && visited.outside && movedWithin(start, visited.outside);
        if (moved) {
          soFar.onMoved?.(moved);
          const there = { ...soFar, isShown, mayMove: false };
          return yield* crawlSite({ fetch, wait }, { ...options, address: moved }, known, signal, there);
        }
        for (const link of visited.links) enqueue(link, depth + 1);
        yield leave(visited.why);
        break;
      }
      case "elsewhere":
        read.add(address);
        yield leave({ code: "page.other_address", detail: visited.address });
        break;
      case "page": {
        isShown = true;
        const { address: own, name, bytes, validators, links } = visited;
        // What it leads to comes out with it, and it before the other address that it was found by: whoever stores all that comes
        // out, and goes on from there, misses nothing.
        if (own === address || !asked.has(own)) {
          seen.add(own);
          asked.add(own);
          read.add(own);
          for (const link of links) enqueue(link, depth + 1);
          const isReadable = yield { kind: "page", page: { address: own, depth, validators }, name, bytes };
          // What is known of it stays.
          if (isReadable === false && !knownBy.has(own)) read.delete(own);
        }
        if (own !== address) {
          const why = { code: "page.other_address", detail: own } as const;
          // Nothing could be read there.
          const isLost = before && asked.has(own) && !read.has(own);
          // What is known of it stays.
          if (isLost || read.has(own)) read.add(address);
          yield isLost ? { kind: "skipped", address, why, isFailed: true } : leave(why);
        }
      }
    }
    if (progress.failures >= mostFailures) return notAnswering;
  }
  if (isCut) return tooMany;
  for (const { address } of known) {
    if (!seen.has(address)) yield { kind: "gone", address, why: { code: "page.not_part" } };
  }
  return isMore ? { code: "crawl.more_addresses", detail: String(mostAddresses) } : undefined;
}

/** The same address at the host that it leads to, when that is the same site's, as with and without `www`. */
function movedWithin(from: string, to: string): string | undefined {
  const [{ hostname, port, pathname, search }, target] = [new URL(from), new URL(to)];
  const site = (name: string) => name.replace(/^www\./, "");
  const isSame = site(hostname) === site(target.hostname) && port === target.port;
  return isSame ? pageAddress(pathname + search, target.origin) : undefined;
}
