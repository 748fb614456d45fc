import { isDeepStrictEqual } from "node:util";
import type { DocumentId, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { crawlPages, crawls, documents } from "@parley/db/schema";
import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { recordAudit } from "../../../audit/record-audit.ts";
import { announce } from "../../../outbox/announce.ts";
import { addToSource } from "../../add-document.ts";
import type { KnowledgeJobs } from "../../jobs.ts";
import { removeDocument } from "../../remove-document.ts";
import { verifyDocument } from "../../verify-document.ts";
import { findSource } from "../lock-source.ts";
import { type Claim, holdCrawl } from "./claim-crawl.ts";
import type { CrawlProgress } from "./crawl-progress.ts";
import type { FoundPage } from "./crawl-site.ts";
import type { ParsedPage } from "./crawl-source.ts";

type Count = "changed" | "unchanged" | "failed" | "gone" | "skipped";
/** Pages that a person is told of, in each crawl. */
const mostProblems = 50;
const rowsAtOnce = 5_000;

type Stored = {
  crawled: ParsedPage;
  found: readonly FoundPage[];
  movedTo: string | undefined;
  progress: CrawlProgress;
};

/**
 * Stores what came of one page, and the addresses that were found since the last one.
 *
 * @returns false when the crawl was cancelled, or another call goes on with it: then nothing is stored
 */
export async function storeCrawled(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  claim: Claim,
  { crawled, found, movedTo, progress }: Stored,
): Promise<boolean> {
  // A source is locked before its crawl, as by whoever cancels it.
  const source = await findSource(tx, claim.sourceId, "share");
  if (!source || !(await holdCrawl(tx, claim))) return false;
  // Where its links lead may be read by then: it is asked for whole the next time.
  const isReadOtherwise = !isDeepStrictEqual(source.settings, {
    ...claim.settings,
    schedule: source.settings?.schedule,
  });
  const { crawlId, sourceId } = claim;
  const { address } = crawled;
  const rows = [
    { crawlId, address, depth: 0, isDone: true },
    ...found.map((page) => ({ crawlId, address: page.address, depth: page.depth, isDone: false })),
  ];
  const [own, ...others] = rows;
  if (own) {
    await tx
      .insert(crawlPages)
      .values(own)
      .onConflictDoUpdate({
        target: [crawlPages.tenantId, crawlPages.crawlId, crawlPages.address],
        set: { isDone: true },
      });
  }
  // A statement has 65,535 parameters at most, and a sitemap may bring tens of thousands of addresses.
  for (let from = 0; from < others.length; from += rowsAtOnce) {
    await tx
      .insert(crawlPages)
      .values(others.slice(from, from + rowsAtOnce))
      .onConflictDoNothing();
  }

  const { count, changed, isKept } = await storePage(
    tx,
    jobs,
    claim,
    isReadOtherwise ? withoutValidators(crawled) : crawled,
  );
  const problem = "why" in crawled && crawled.kind !== "gone" && { address, ...crawled.why };
  await tx
    .update(crawls)
    .set({
      seen: sql`${crawls.seen} + 1`,
      ...progress,
      [count]: sql`${crawls[count]} + 1`,
      ...(movedTo !== undefined && { movedTo }),
      ...(problem && {
        problems: sql`case when jsonb_array_length(${crawls.problems}) < ${mostProblems}::integer
          then ${crawls.problems} || ${JSON.stringify([problem])}::jsonb else ${crawls.problems} end`,
      }),
    })
    .where(eq(crawls.id, crawlId));
  await announce(tx, { type: "source.changed", sourceId });
  if (changed) {
    const bySite = {
      actor: { kind: "system", id: null },
      target: { kind: "document", id: changed },
      details: { crawlId },
    } as const;
    if (isKept) await recordAudit(tx, { ...bySite, action: "document.removal_taken_back" });
    await recordAudit(tx, { ...bySite, action: count === "gone" ? "document.removed" : "document.added" });
  }
  return true;
}

const withoutValidators = (crawled: ParsedPage): ParsedPage =>
  crawled.kind === "page" ? { ...crawled, validators: {} } : crawled;

/** @returns `changed`: the document that is new, has a new version or is gone; `isKept`: its removal waited, and does no more */
async function storePage(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  { sourceId }: Claim,
  crawled: ParsedPage,
): Promise<{ count: Count; changed?: DocumentId | undefined; isKept?: boolean }> {
  const { address: path } = crawled;
  switch (crawled.kind) {
    case "page": {
      const fetched = { depth: crawled.depth, ...crawled.validators };
      const given = { path, ...crawled.document, fetched };
      const { documentId, outcome, isKept } = await addToSource(tx, jobs, sourceId, given);
      return outcome === "unchanged" ? { count: "unchanged" } : { count: "changed", changed: documentId, isKept };
    }
    case "unchanged":
      await setShown(tx, isPage(sourceId, path));
      await verifyDocument(tx, { sourceId, path });
      return { count: "unchanged" };
    case "unreadable":
      await setShown(tx, isPage(sourceId, path));
      return { count: "failed" };
    case "gone":
      return takeOut(tx, jobs, isPage(sourceId, path));
    case "skipped": {
      if (!crawled.isKept) return { count: crawled.isFailed ? "failed" : "skipped" };
      const wasKept = and(isPage(sourceId, path), sql`${documents.fetched} ? 'isKept'`);
      if ((await tx.$count(documents, wasKept)) > 0) return takeOut(tx, jobs, wasKept);
      await tx
        .update(documents)
        .set({ fetched: sql`${documents.fetched} || ${JSON.stringify({ isKept: true })}::jsonb` })
        .where(isPage(sourceId, path));
      return { count: "failed" };
    }
  }
}

const isPage = (sourceId: SourceId, path: string) =>
  and(
    eq(documents.sourceId, sourceId),
    eq(documents.path, path),
    isNull(documents.removedAt),
    isNotNull(documents.fetched),
  );

/** The site lets us have the page again. */
async function setShown(tx: TenantTransaction, isIt: SQL | undefined): Promise<void> {
  await tx
    .update(documents)
    .set({ fetched: sql`${documents.fetched} - 'isKept'` })
    .where(and(isIt, sql`${documents.fetched} ? 'isKept'`));
}

async function takeOut(tx: TenantTransaction, jobs: Pick<KnowledgeJobs, "send">, isIt: SQL | undefined) {
  const [document] = await tx.select({ id: documents.id }).from(documents).where(isIt);
  // Somebody may have taken it out meanwhile.
  if (document) await removeDocument(tx, jobs, document.id);
  return { count: "gone" as const, changed: document?.id };
}
