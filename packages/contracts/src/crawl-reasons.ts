import { type ErrorCode, errorCodes } from "./errors.ts";

/**
 * Why a page of a site was left out or failed, beside what may be wrong with a file, or why a crawl ended early: for each code what a person
 * is told, with what it is about.
 */
const crawlReasons = {
  "page.missing": () => "The site has no such page.",
  "page.status": (status) => `The site answers with status ${status}.`,
  "page.not_readable": (type) => `It is no page that can be read (${type || "its type is not told"}).`,
  "page.not_part": (address) => `It is not part of what is read${address && `: ${address}`}.`,
  "page.other_address": (address) => `It is another address of ${address}`,
  "page.forbidden": () => "The site's robots.txt asks to leave it alone.",
  "page.withheld": () => "It asks not to be kept.",
  "fetch.invalid": () =>
    "It is no address of a web page: one begins with http:// or https:// and holds no user and no password.",
  "fetch.refused": () =>
    "It leads to where nothing is fetched from: an address that is not public, or a port that is not a web server's.",
  "fetch.unreachable": () => "Its server does not answer, or not in HTTP.",
  "fetch.too_slow": () => "It takes too long.",
  "fetch.too_large": () => "It is too large.",
  "fetch.too_many_redirects": () => "It leads on and on.",
  "fetch.unreadable": () => "It is packed in a way that can't be unpacked.",
  "crawl.no_robots": () => "The site does not say what may be read of it: its robots.txt can't be had, or is too long.",
  "crawl.more_pages": (pages) => `There is more than the ${pages} pages that were asked for.`,
  "crawl.more_addresses": (addresses) => `The site names more than ${addresses} addresses.`,
  "crawl.not_answering": (pages) => `The site does not answer: ${pages} pages in a row could not be had.`,
  "crawl.given_up": (times) => `It could not be gone on with, though it was tried ${times} times.`,
  /** From before there were codes: the sentence itself. */
  "crawl.told": (sentence) => sentence,
} as const satisfies Record<string, (detail: string) => string>;

export type CrawlReason = { code: keyof typeof crawlReasons | ErrorCode; detail?: string };

export type CrawlProblem = CrawlReason & { address: string };

const isOfCrawls = (code: string): code is keyof typeof crawlReasons => Object.hasOwn(crawlReasons, code);

/** As a worker of the release before writes it, which may still be at a crawl while this one is begun. */
type Told = { code?: undefined; reason: string };

/** @param meaningOf an error code's words, where they are others than its meaning */
export function describeCrawlReason(
  told: CrawlReason | Told,
  meaningOf = (error: ErrorCode): string => errorCodes[error].meaning,
): string {
  if (told.code === undefined) return told.reason;
  const { code, detail = "" } = told;
  return isOfCrawls(code) ? crawlReasons[code](detail) : meaningOf(code);
}
