import type { CrawlReason } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { crawlPages } from "@parley/db/schema";
import { FetchError } from "@parley/platform/http/fetch-error";
import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { asc, eq } from "drizzle-orm";
import { AppError } from "../../../app-error.ts";
import type { KnowledgeJobs } from "../../jobs.ts";
import { listPages } from "../../list-pages.ts";
import { type KeptReader, keepReader } from "../../parsing/keep-reader.ts";
import { type ReadDocument, readDocument } from "../../read-document.ts";
import { type Claim, claimCrawl, endCrawl } from "./claim-crawl.ts";
import type { CrawlOrder } from "./crawl-order.ts";
import { type Crawled, crawlSite, type FoundPage } from "./crawl-site.ts";
import { storeCrawled } from "./store-crawled.ts";

export type CrawlServices = {
  db: Database;
  jobs: Pick<KnowledgeJobs, "send">;
  fetch: GuardedFetch;
  wait(ms: number, signal: AbortSignal): Promise<unknown>;
  /** In milliseconds, from any moment on. */
  now(): number;
};

/**
 * What one job reads at most, before the site waits for its next turn: other sites have theirs in between. Each begins by listing all that
 * is known of the site, which takes as long as reading several pages does where there are ten thousand.
 */
const pagesAtATime = 200;
const longestMs = 30_000;

/**
 * Goes on with a crawl, and orders the next job of it unless it is over. What is asked for is stored page by page, with the addresses
 * that it led to, so that a crawl whose process died goes on with the page that it was at. Pages that are gone are answered from no
 * more at once.
 *
 * May be called again after it failed, and while another call still runs: the later one goes on, and the earlier one writes no more.
 *
 * @throws when the database fails, or the signal's reason; then it may be tried again
 */
export async function crawlSource(services: CrawlServices, order: CrawlOrder, signal: AbortSignal): Promise<void> {
  const { db, fetch, wait, now } = services;
  const claim = await db.transaction(order.tenantId, (tx) => claimCrawl(tx, order));
  if (!claim) return;
  const found: FoundPage[] = [];
  let movedTo: string | undefined;
  let { progress } = claim;
  const crawling = crawlSite(
    { fetch, wait },
    { ...claim.settings, address: claim.movedTo ?? claim.settings.address },
    await listPages(db, order.tenantId, order.sourceId),
    signal,
    {
      mayMove: claim.movedTo === null,
      pages: await listFound(db, order),
      isShown: claim.isShown,
      progress,
      onFound: (page) => found.push(page),
      onProgress: (now) => {
        progress = now;
      },
      onMoved: (address) => {
        movedTo = address;
      },
    },
  );
  // Of this job alone, and so of one tenant's one site.
  await using reader = keepReader();
  const until = now() + longestMs;
  let isReadable = true;
  try {
    for (let read = 1; ; read += 1) {
      const next = await crawling.next(isReadable);
      if (next.done) return await over(services, claim, next.value ? "partial" : "done", next.value);
      const crawled = await parse(next.value, reader, signal);
      isReadable = crawled.kind !== "unreadable";
      const isLast = read === pagesAtATime || now() > until;
      const goesOn = await db.transaction(order.tenantId, async (tx) => {
        const stored = await storeCrawled(tx, services.jobs, claim, {
          crawled,
          found: found.splice(0),
          movedTo,
          progress,
        });
        if (stored && isLast) await services.jobs.send(tx, "crawlSource", order);
        return stored;
      });
      if (!goesOn || isLast) return;
    }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error;
    await over(services, claim, "failed", { code: `fetch.${error.code}` });
  } finally {
    await crawling.return(undefined);
  }
}

/** Says that a crawl can't be gone on with. */
export async function giveUpCrawl({ db }: Pick<CrawlServices, "db">, order: CrawlOrder): Promise<void> {
  await db.transaction(order.tenantId, async (tx) => {
    const claim = await claimCrawl(tx, order);
    if (claim) await endCrawl(tx, claim, "failed", { code: "crawl.given_up", detail: "5" });
  });
}

const over = (
  { db }: CrawlServices,
  claim: Claim,
  status: "done" | "partial" | "failed",
  why: CrawlReason | undefined,
) => db.transaction(claim.tenantId, (tx: TenantTransaction) => endCrawl(tx, claim, status, why ?? null));

/** A page with what it says, or why it says nothing. */
export type ParsedPage =
  | Exclude<Crawled, { kind: "page" }>
  | { kind: "page"; address: string; depth: number; validators: object; document: ReadDocument }
  | { kind: "unreadable"; address: string; why: CrawlReason };

async function parse(crawled: Crawled, reader: KeptReader, signal: AbortSignal): Promise<ParsedPage> {
  if (crawled.kind !== "page") return crawled;
  const { page, name, bytes } = crawled;
  try {
    return { kind: "page", ...page, document: await readDocument(bytes, name, { reader, signal }) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "service.busy") throw error;
    return { kind: "unreadable", address: page.address, why: { code: error.code } };
  }
}

/** What the crawl has found so far, in order. */
function listFound(db: Database, { tenantId, crawlId }: CrawlOrder): Promise<(FoundPage & { isDone: boolean })[]> {
  const { address, depth, isDone, ordinal } = crawlPages;
  return db.read(tenantId, (read) =>
    read
      .select({ address, depth, isDone })
      .from(crawlPages)
      .where(eq(crawlPages.crawlId, crawlId))
      .orderBy(asc(ordinal)),
  );
}
