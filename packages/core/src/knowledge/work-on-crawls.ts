import { setTimeout } from "node:timers/promises";
import type { Database } from "@parley/db";
import { sources } from "@parley/db/schema";
import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import type { Logger } from "@parley/platform/log";
import { and, asc, eq, isNull, lte, sql } from "drizzle-orm";
import type { KnowledgeJobs } from "./jobs.ts";
import { CrawlOrder } from "./sources/crawl/crawl-order.ts";
import { type CrawlServices, crawlSource, giveUpCrawl } from "./sources/crawl/crawl-source.ts";
import { startCrawl } from "./sources/crawl/start-crawl.ts";

/** Sites that this process reads side by side. */
const workers = 2;
const retries = 4;
/** Sites that are begun at a time. */
const mostDue = 100;

/** The reading of sites: what was ordered, and what is due. */
export type CrawlWork = {
  /** Begins to take jobs, and looks for what is due every interval. */
  start(): Promise<void>;
  /** Begins to read the sites that are due. */
  startDue(): Promise<void>;
  /** Looks no more. The jobs end with their queue. */
  stop(): Promise<void>;
};

export function workOnCrawls(options: {
  db: Database;
  jobs: KnowledgeJobs;
  fetch: GuardedFetch;
  logger: Logger;
  intervalMs?: number;
}): CrawlWork {
  const { db, jobs, fetch, logger, intervalMs = 60_000 } = options;
  const services: CrawlServices = {
    db,
    jobs,
    fetch,
    wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
    now: () => performance.now(),
  };
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function startDue(): Promise<void> {
    const { tenantId, id, nextCrawlAt } = sources;
    const isDue = lte(nextCrawlAt, sql`now()`);
    const due = await db.read("system", (read) =>
      read.select({ tenantId, id }).from(sources).where(isDue).orderBy(asc(nextCrawlAt)).limit(mostDue),
    );
    for (const source of due) {
      await db.transaction(source.tenantId, async (tx) => {
        // Another process may have begun it.
        const still = and(eq(id, source.id), isNull(sources.removedAt), isDue);
        const [locked] = await tx.select().from(sources).where(still).for("no key update");
        if (locked) await startCrawl(tx, jobs, locked);
      });
    }
  }

  return {
    startDue,
    async start() {
      for (let worker = 0; worker < workers; worker += 1) {
        await jobs.queue.handle({
          name: "crawlSource",
          schema: CrawlOrder,
          pollingIntervalSeconds: 5,
          batchSize: 1,
          describe: (order) => order as object,
          work: (order, { retry, signal }) =>
            retry < retries ? crawlSource(services, order, signal) : giveUpCrawl(services, order),
        });
      }
      timer = setInterval(() => {
        last = last.then(startDue).catch((err: unknown) => logger.error({ err }, "sites could not be begun"));
      }, intervalMs);
    },
    async stop() {
      clearInterval(timer);
      await last;
    },
  };
}
