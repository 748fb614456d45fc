import { type CrawlReason, limits } from "@parley/contracts";
import { FetchError } from "@parley/platform/http/fetch-error";
import type { Fetched, GuardedFetch, Validators } from "@parley/platform/http/fetch-guarded";
import { decodeText } from "../../parsing/decode-text.ts";
import { Refusal } from "../../parsing/parsed.ts";
import { pageAddress } from "./page-address.ts";
import { readLinks } from "./read-links.ts";
import type { Robots } from "./robots.ts";
import { isWithin, type Scope } from "./scope.ts";

export type Visited =
  | Here
  /** It names another address as its own, which it is to be read at. `otherwise`: what it is where nothing can be read there. */
  | { kind: "elsewhere"; address: string; otherwise: Here };

type Here =
  /** `address`: its own. `name`: what it would be called as a file, so that its ending says how it is read. */
  | { kind: "page"; address: string; name: string; bytes: Buffer; validators: Validators; links: string[] }
  | { kind: "unchanged" }
  /** There is no page to be read. `outside`: where it was found, when that is not part of what is read. */
  | { kind: "absent"; why: CrawlReason; links: string[]; outside?: string }
  /** There may be one. `isOurs`: asking again would not help. `isKept`: it is not for everybody. */
  | { kind: "failed"; why: CrawlReason; isOurs: boolean; isKept?: boolean };

/** Statuses that are below 500 and yet the server's own trouble. */
const comeBackLater = new Set([408, 425, 429]);
/** Statuses of a page that is there, but not for everybody. */
const keptBack = new Set([401, 403, 451]);

/** Asks for one page. @throws the signal's reason */
export async function visitPage(
  { fetch, robots, scope }: { fetch: GuardedFetch; robots: Robots; scope: Scope },
  { address, validators }: { address: string; validators: Validators | undefined },
  signal: AbortSignal,
): Promise<Visited> {
  let fetched: Fetched;
  try {
    fetched = await fetch.get(address, { maxBytes: limits.documentBytes, timeoutMs: 30_000, signal, validators });
  } catch (error) {
    if (error instanceof FetchError) return withoutAnswer(error);
    throw error;
  }
  const { status, url, mediaType } = fetched;
  if (status === 304) return { kind: "unchanged" };
  if (status === 404 || status === 410) return absent({ code: "page.missing" });
  if (status >= 300) {
    const isOurs = status < 500 && !comeBackLater.has(status);
    const isKept = keptBack.has(status);
    return { kind: "failed", why: { code: "page.status", detail: String(status) }, isOurs, isKept };
  }

  const found = pageAddress(url.href) ?? address;
  if (!robots.isAllowed(found)) return absent({ code: "page.forbidden" });
  const ending = endingOf(fetched);
  if (!ending) return absent({ code: "page.not_readable", detail: mediaType });
  const bytes = ending === ".pdf" ? fetched.bytes : asNamed(fetched);
  const { links, canonical, isWithheld } = ending === ".html" ? await readLinks(bytes, found) : { links: [] };
  const own = canonical === address ? address : found;
  const { validators: stamps } = fetched;
  const here = (validators: Validators): Here => {
    if (!isWithin(scope, own)) return { ...absent({ code: "page.not_part", detail: own }, links), outside: own };
    if (isWithheld) return absent({ code: "page.withheld" }, links);
    return { kind: "page", address: own, name: nameOf(own, ending), bytes, validators, links };
  };
  const isElsewhere =
    canonical !== undefined && canonical !== address && isWithin(scope, canonical) && robots.isAllowed(canonical);
  // Where nothing is at the other address today, something may be there the next time: it is asked for whole again.
  return isElsewhere ? { kind: "elsewhere", address: canonical, otherwise: here({}) } : here(stamps);
}

const absent = (why: CrawlReason, links: string[] = []) => ({ kind: "absent" as const, why, links });

function withoutAnswer({ code }: FetchError): Here {
  const why: CrawlReason = { code: `fetch.${code}` };
  switch (code) {
    case "invalid":
    case "refused":
    case "too_many_redirects":
      return absent(why);
    case "unreachable":
    case "too_slow":
      return { kind: "failed", why, isOurs: false };
    case "too_large":
    case "unreadable":
      return { kind: "failed", why, isOurs: true };
  }
}

function endingOf({ mediaType, url }: Fetched): ".html" | ".md" | ".txt" | ".pdf" | undefined {
  switch (mediaType) {
    case "application/pdf":
      return ".pdf";
    case "text/html":
    case "application/xhtml+xml":
      return ".html";
    case "text/markdown":
    case "text/x-markdown":
      return ".md";
    case "text/plain":
      return /\.(?:md|markdown)$/i.test(url.pathname) ? ".md" : ".txt";
    default:
      return undefined;
  }
}

/** The text in UTF-8 with its mark, which goes before what it says of its own encoding; as it came when it is in no such encoding. */
function asNamed({ bytes, charset }: Fetched): Buffer {
  if (charset === undefined) return bytes;
  try {
    return Buffer.from(`\uFEFF${decodeText(bytes, charset)}`);
  } catch (error) {
    if (error instanceof Refusal) return bytes;
    throw error;
  }
}

function nameOf(address: string, ending: string): string {
  const { pathname, hostname } = new URL(address);
  const last = pathname.split("/").findLast((part) => part !== "") ?? hostname;
  return last.toLowerCase().endsWith(ending) ? last : last + ending;
}
