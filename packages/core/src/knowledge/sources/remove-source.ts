import type { SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, sources } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import type { KnowledgeJobs } from "../jobs.ts";
import { takeDownSource } from "../live-version.ts";
import { cancelCrawlOf } from "./crawl/claim-crawl.ts";
import { lockSource } from "./lock-source.ts";

/**
 * Takes a source with all its documents out of the tenant's knowledge, at once for search and for lists. A job deletes them; only
 * what a conversation has cited of them stays, for those who can see that conversation.
 *
 * @throws AppError `auth.forbidden`, `source.not_found`
 */
export async function removeSource(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  sourceId: SourceId,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const removed = await takeOutSource(tx, jobs, sourceId);
  await recordAudit(tx, {
    action: "source.removed",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "source", id: sourceId },
    ip: by.ip,
    details: removed,
  });
}

/** The same, whoever asks for it. @returns what it was */
export async function takeOutSource(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  sourceId: SourceId,
): Promise<{ kind: string; documents: number }> {
  const { tenantId, kind } = await lockSource(tx, sourceId);
  const count = await tx.$count(documents, and(eq(documents.sourceId, sourceId), isNull(documents.removedAt)));
  // Its name is free for another one.
  await tx
    .update(sources)
    .set({ removedAt: sql`now()`, name: `removed ${sourceId}`, nextCrawlAt: null })
    .where(eq(sources.id, sourceId));
  await cancelCrawlOf(tx, sourceId);
  await jobs.send(tx, "clearSource", { tenantId, sourceId });
  await announce(tx, { type: "source.changed", sourceId });
  await takeDownSource(tx, sourceId);
  return { kind, documents: count };
}
