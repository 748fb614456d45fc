import type { CrawlReason, SiteSettings, SourceId, TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { crawlPages, crawls, sources } from "@parley/db/schema";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { announce } from "../../../outbox/announce.ts";
import type { CrawlProgress } from "./crawl-progress.ts";

export type Claim = {
  tenantId: TenantId;
  sourceId: SourceId;
  crawlId: string;
  attempt: number;
  settings: SiteSettings;
  movedTo: string | null;
  progress: CrawlProgress;
  /** The site has let us read something. */
  isShown: boolean;
};

const underWay = inArray(crawls.status, ["queued", "running"]);

/** Takes a crawl up; undefined when it is over, or its source gone. */
export async function claimCrawl(
  tx: TenantTransaction,
  { sourceId, crawlId }: { sourceId: SourceId; crawlId: string },
): Promise<Claim | undefined> {
  const [source] = await tx
    .select({ settings: sources.settings })
    .from(sources)
    .where(and(eq(sources.id, sourceId), isNull(sources.removedAt)));
  if (!source?.settings) return undefined;
  const [crawl] = await tx
    .update(crawls)
    .set({
      status: "running",
      attempt: sql`${crawls.attempt} + 1`,
      startedAt: sql`coalesce(${crawls.startedAt}, now())`,
    })
    .where(and(eq(crawls.id, crawlId), eq(crawls.sourceId, sourceId), underWay))
    .returning();
  if (!crawl) return undefined;
  await announce(tx, { type: "source.changed", sourceId });
  const { tenantId, attempt, movedTo, asked, failures, isListed } = crawl;
  const progress = { asked, failures, isListed };
  const isShown = crawl.changed + crawl.unchanged > 0;
  return { tenantId, sourceId, crawlId, attempt, settings: source.settings, movedTo, progress, isShown };
}

/** Whether this claim still has the crawl; it keeps it to the end of the transaction. */
export async function holdCrawl(tx: TenantTransaction, { crawlId, attempt }: Claim): Promise<boolean> {
  const held = await tx
    .select({ id: crawls.id })
    .from(crawls)
    .where(and(eq(crawls.id, crawlId), eq(crawls.attempt, attempt), eq(crawls.status, "running")))
    .for("update");
  return held.length > 0;
}

/** Unless another claim has it. */
export async function endCrawl(
  tx: TenantTransaction,
  claim: Claim,
  status: "done" | "partial" | "failed",
  why: CrawlReason | null,
): Promise<void> {
  if (await holdCrawl(tx, claim)) await finish(tx, claim, { status, why });
}

/** No page of it is asked for any more. Does nothing when none is under way. @returns whether one was */
export async function cancelCrawlOf(tx: TenantTransaction, sourceId: SourceId): Promise<boolean> {
  const [crawl] = await tx
    .select({ crawlId: crawls.id })
    .from(crawls)
    .where(and(eq(crawls.sourceId, sourceId), underWay))
    .for("update");
  if (crawl) await finish(tx, { ...crawl, sourceId }, { status: "cancelled", why: null });
  return crawl !== undefined;
}

async function finish(
  tx: TenantTransaction,
  { crawlId, sourceId }: Pick<Claim, "crawlId" | "sourceId">,
  end: { status: "done" | "partial" | "failed" | "cancelled"; why: CrawlReason | null },
): Promise<void> {
  await tx
    .update(crawls)
    .set({ ...end, finishedAt: sql`now()` })
    .where(eq(crawls.id, crawlId));
  await tx.delete(crawlPages).where(eq(crawlPages.crawlId, crawlId));
  await announce(tx, { type: "source.changed", sourceId });
}
