import type { KnowledgeTestRunId, MemberId, TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestRuns, knowledgeTests } from "@parley/db/schema";
import { and, desc, eq, isNotNull, ne, sql } from "drizzle-orm";
import type { ComposeDeps } from "../assistant/compose-answer.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { announce } from "../outbox/announce.ts";
import { cancelHeldRuns } from "./cancel-run.ts";
import { publishPassed } from "./publish-changes.ts";
import { leftOut } from "./test-rows.ts";
import { findTestedBy, readTestedState, type TestedBy, toFingerprint } from "./tested-state.ts";

/** Has every test asked again; a run of the same kind that waits to begin is the one. @returns the run */
async function startRun(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  run: Pick<typeof knowledgeTestRuns.$inferInsert, "cause" | "askedBy" | "fingerprint"> & { isHeld?: boolean },
): Promise<{ runId: KnowledgeTestRunId }> {
  const { id, tenantId, status, isHeld } = knowledgeTestRuns;
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
  const [waiting] = await tx
    .select({ runId: id })
    .from(knowledgeTestRuns)
    .where(and(eq(status, "queued"), eq(isHeld, run.isHeld ?? false)));
  if (waiting) return waiting;
  // It has begun since.
  return startRun(tx, jobs, run);
}

/** `startRun` for a member; with `isHeld`, as if what is held were published. */
export const askForRun = (
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  askedBy: MemberId,
  { isHeld = false } = {},
) => startRun(tx, jobs, { cause: "asked", askedBy, isHeld });

/** A row while documents are being read in or a site is crawled. */
const underWay = sql`
  select 1 from document_versions where status in ('queued', 'parsing', 'embedding')
  union all select 1 from crawls where status in ('queued', 'running') limit 1`;

type NoticeDeps = Pick<ComposeDeps, "db" | "modelsOf" | "embedder"> & { jobs: Pick<KnowledgeJobs, "send"> };

/**
 * Has the tests asked again when answers are made from something else, or by somebody else, than at the last run that was not broken off;
 * and when they would be, were what is held published. While documents are being read in or a site is crawled, nothing is done: the last
 * of them, or the crawl's end, brings us here once more.
 */
export async function noticeChange({ db, jobs, modelsOf, embedder }: NoticeDeps, tenantId: TenantId): Promise<void> {
  // Told of each of thousands of pages, it finds so nearly every time.
  if ((await db.read(tenantId, (read) => read.execute(underWay))).rowCount) return;
  const by = await findTestedBy({ modelsOf, embedder }, tenantId);
  await db.transaction(tenantId, async (tx) => {
    if ((await tx.execute(underWay)).rowCount) return;
    if ((await tx.$count(knowledgeTests)) === 0) return publishPassed(tx, jobs, by);
    const live = toFingerprint(await readTestedState(tx, by));
    if ((await newestFingerprint(tx, false)) !== live)
      await startRun(tx, jobs, { cause: "changed", fingerprint: live });
    const state = await readTestedState(tx, by, "held");
    const fingerprint = toFingerprint(state);
    if ((await newestFingerprint(tx, true)) === fingerprint) return settleHeld(tx, jobs, by);
    // It asks with what is not, or not all, that is held.
    await cancelHeldRuns(tx);
    if (state.held) await startRun(tx, jobs, { cause: "changed", fingerprint, isHeld: true });
  });
}

/**
 * Once a check has ended, or the tests are others: those that came after it began, and they alone, are asked with what is held, too; when
 * none is left out, and none fails, it is published, where the tenant wants that.
 */
export async function settleHeld(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: TestedBy,
): Promise<void> {
  const state = await readTestedState(tx, by, "held");
  if (!state.held) return;
  const fingerprint = toFingerprint(state);
  const { id, status, createdAt, isHeld } = knowledgeTestRuns;
  const [newest] = await tx
    .select({ id, status, leftOut: leftOut(tx, id) })
    .from(knowledgeTestRuns)
    .where(and(eq(isHeld, true), eq(knowledgeTestRuns.fingerprint, fingerprint)))
    .orderBy(desc(createdAt))
    .limit(1);
  if (newest?.status === "finished" && newest.leftOut > 0) await goOnWith(tx, jobs, newest.id);
  else await publishPassed(tx, jobs, by);
}

/** Has a check that has ended ask the tests that came since; what it has asked, with the same as now, is neither asked nor paid for again. */
async function goOnWith(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  checkId: KnowledgeTestRunId,
): Promise<void> {
  const { id, tenantId, status, isHeld } = knowledgeTestRuns;
  const total = await tx.$count(knowledgeTests);
  const [run] = await tx
    .update(knowledgeTestRuns)
    .set({ status: "running", total, createdAt: sql`now()`, startedAt: sql`now()`, finishedAt: null })
    .where(and(eq(id, checkId), eq(status, "finished"), eq(isHeld, true)))
    .returning({ runId: id, tenantId });
  if (!run) return;
  await jobs.send(tx, "replayTests", run);
  await announce(tx, { type: "tests.changed" });
}

async function newestFingerprint(tx: TenantTransaction, isHeld: boolean): Promise<string | null | undefined> {
  const { fingerprint, status, createdAt } = knowledgeTestRuns;
  const [newest] = await tx
    .select({ fingerprint })
    .from(knowledgeTestRuns)
    // One that was broken off has not asked what it was to ask.
    .where(and(isNotNull(fingerprint), ne(status, "failed"), eq(knowledgeTestRuns.isHeld, isHeld)))
    .orderBy(desc(createdAt))
    .limit(1);
  return newest?.fingerprint;
}
