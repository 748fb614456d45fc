import type { KnowledgeTestRunId, MemberId, TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestRuns, knowledgeTests } from "@parley/db/schema";
import { and, desc, eq, isNotNull, ne, sql } from "drizzle-orm";
import type { ComposeDeps } from "../assistant/compose-answer.ts";
import { nameModels } from "../assistant/name-models.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { announce } from "../outbox/announce.ts";
import { readTestedState, toFingerprint } from "./tested-state.ts";

/** Has every test asked again; a run that waits to begin is the one. @returns the run */
async function startRun(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  run: Pick<typeof knowledgeTestRuns.$inferInsert, "cause" | "askedBy" | "fingerprint">,
): Promise<{ runId: KnowledgeTestRunId }> {
  const { id, tenantId, status } = knowledgeTestRuns;
  const [made] = await tx
    .insert(knowledgeTestRuns)
    .values(run)
    .onConflictDoNothing()
    .returning({ runId: id, tenantId });
  if (made) {
    await jobs.send(tx, "replayTests", made);
    await announce(tx, { type: "tests.changed" });
    return { runId: made.runId };
  }
  const [waiting] = await tx.select({ runId: id }).from(knowledgeTestRuns).where(eq(status, "queued"));
  if (waiting) return waiting;
  // It has begun since.
  return startRun(tx, jobs, run);
}

/** `startRun` for a member. */
export const askForRun = (tx: TenantTransaction, jobs: Pick<KnowledgeJobs, "send">, askedBy: MemberId) =>
  startRun(tx, jobs, { cause: "asked", askedBy });

/**
 * Has the tests asked again when answers are made from something else, or by somebody else, than at the last run that was not broken off.
 * While documents are being read in or a site is crawled, nothing is done: the last of them, or the crawl's end, brings us here once more.
 */
export async function noticeChange(
  {
    db,
    jobs,
    modelsOf,
    embedder,
  }: Pick<ComposeDeps, "db" | "modelsOf" | "embedder"> & { jobs: Pick<KnowledgeJobs, "send"> },
  tenantId: TenantId,
): Promise<void> {
  const answerer = nameModels(await modelsOf(tenantId));
  await db.transaction(tenantId, async (tx) => {
    if ((await tx.$count(knowledgeTests)) === 0) return;
    const { rowCount } = await tx.execute(
      sql`select 1 from document_versions where status in ('queued', 'parsing', 'embedding')
        union all select 1 from crawls where status in ('queued', 'running') limit 1`,
    );
    if (rowCount) return;
    const fingerprint = toFingerprint(await readTestedState(tx, { answerer, embedder }));
    const [newest] = await tx
      .select({ fingerprint: knowledgeTestRuns.fingerprint })
      .from(knowledgeTestRuns)
      // One that was broken off has not asked what it was to ask.
      .where(and(isNotNull(knowledgeTestRuns.fingerprint), ne(knowledgeTestRuns.status, "failed")))
      .orderBy(desc(knowledgeTestRuns.createdAt))
      .limit(1);
    if (newest?.fingerprint === fingerprint) return;
    await startRun(tx, jobs, { cause: "changed", fingerprint });
  });
}
