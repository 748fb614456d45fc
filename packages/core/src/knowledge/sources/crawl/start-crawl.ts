import type { CrawlSchedule, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { crawls, documents, sources } from "@parley/db/schema";
import { and, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import { AppError } from "../../../app-error.ts";
import { announce } from "../../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../../tenants/acting-member.ts";
import type { KnowledgeJobs } from "../../jobs.ts";
import { lockSource, type SourceRow } from "../lock-source.ts";
import { cancelCrawlOf } from "./claim-crawl.ts";

/** Of one source, that are remembered. */
const kept = 20;
const intervals: Record<CrawlSchedule, SQL | null> = {
  off: null,
  hourly: sql`now() + interval '1 hour'`,
  daily: sql`now() + interval '1 day'`,
  weekly: sql`now() + interval '7 days'`,
};
/** When a site is read next that is read now. */
export const nextCrawl = (schedule: CrawlSchedule): SQL | null => intervals[schedule];

/**
 * Begins to read a site, for a member.
 *
 * @throws AppError `auth.forbidden`, `source.not_found`, `source.wrong_kind`; `crawl.under_way`
 */
export async function crawlNow(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  sourceId: SourceId,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const source = await lockSource(tx, sourceId);
  if (!(await startCrawl(tx, jobs, source))) throw new AppError("crawl.under_way");
}

/**
 * Begins to read a site.
 *
 * @param source locked
 * @returns false when it is being read already @throws AppError `source.wrong_kind`
 */
export async function startCrawl(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  { tenantId, id: sourceId, settings }: SourceRow,
): Promise<boolean> {
  if (!settings) throw new AppError("source.wrong_kind");
  await tx
    .update(sources)
    .set({ nextCrawlAt: nextCrawl(settings.schedule) })
    .where(eq(sources.id, sourceId));
  const [crawl] = await tx.insert(crawls).values({ sourceId }).onConflictDoNothing().returning({ id: crawls.id });
  if (!crawl) return false;
  await tx.execute(sql`
    delete from crawls where source_id = ${sourceId} and id not in (
      select id from crawls where source_id = ${sourceId} order by created_at desc, id limit ${kept}
    )
  `);
  await jobs.send(tx, "crawlSource", { tenantId, sourceId, crawlId: crawl.id });
  await announce(tx, { type: "source.changed", sourceId });
  return true;
}

/**
 * Has every page of a site whose settings changed asked for anew, also those that have not changed: where they lead may be read now.
 *
 * @param sourceId locked
 */
export async function forgetValidators(tx: TenantTransaction, sourceId: SourceId): Promise<void> {
  await tx
    .update(documents)
    .set({ fetched: sql`${documents.fetched} - 'etag' - 'lastModified'` })
    .where(and(eq(documents.sourceId, sourceId), isNotNull(documents.fetched)));
}

/** @throws AppError `auth.forbidden`, `source.not_found`; `crawl.not_under_way` */
export async function cancelCrawl(tx: TenantTransaction, by: Actor, sourceId: SourceId): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  await lockSource(tx, sourceId);
  if (!(await cancelCrawlOf(tx, sourceId))) throw new AppError("crawl.not_under_way");
}
