import { type CitedQuote, type KnowledgeTestRunId, type TenantId, testLimits } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { knowledgeTestResults, knowledgeTestRuns, knowledgeTests } from "@parley/db/schema";
import { and, asc, desc, eq, inArray, lte, notExists, notInArray, sql } from "drizzle-orm";
import type { Answer, ComposeDeps } from "../assistant/compose-answer.ts";
import { composeAnswer } from "../assistant/compose-answer.ts";
import { createMeter } from "../costs/meter.ts";
import { recordSpending } from "../costs/record-spending.ts";
import { type SpentFor, sumSpent } from "../costs/spent.ts";
import { estimateTokens } from "../knowledge/estimate-tokens.ts";
import type { KnowledgeScope } from "../knowledge/held-changes.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { announce } from "../outbox/announce.ts";
import { lockMembers } from "../tenants/acting-member.ts";
import { type Judgement, judge, quoteSha256 } from "./judge.ts";
import { settleHeld } from "./start-run.ts";
import {
  findTestedBy,
  listChanges,
  listHeldChanges,
  readTestedState,
  type TestedBy,
  toFingerprint,
} from "./tested-state.ts";

export type TestRun = { tenantId: TenantId; runId: KnowledgeTestRunId };
type Test = typeof knowledgeTests.$inferSelect;
type Jobs = Pick<KnowledgeJobs, "send">;

/** A check of what is held that could not be made is begun anew after so many minutes, each time that it fails; then it waits for somebody. */
const againAfterMinutes = [5, 15, 60];

/**
 * Asks every question of the tenant's tests and judges the answers, one after the other. Nobody but members hears of them, and nothing is
 * stored of them beside their result. It goes on where another worker has stopped, and ends when the run was cancelled, or when an answer
 * is another for want of money or of a provider: that says nothing of the knowledge.
 *
 * @throws when the database or the embedder is out of reach, or the signal's reason: then it may be tried again
 */
export async function replayTests(
  { jobs, ...deps }: ComposeDeps & { jobs: Jobs },
  { tenantId, runId }: TestRun,
  signal: AbortSignal,
): Promise<void> {
  const { db } = deps;
  const by = await findTestedBy(deps, tenantId);
  const scope = await db.transaction(tenantId, (tx) => begin(tx, by, runId));
  if (!scope) return;
  for (;;) {
    signal.throwIfAborted();
    const test = await nextTest(db, { tenantId, runId });
    if (!test) break;
    const goesOn = await ask({ ...deps, jobs, scope }, { tenantId, runId }, test, signal);
    if (!goesOn) return;
  }
  await db.transaction(tenantId, async (tx) => {
    // Before the run: who publishes or discards has the members when they end it.
    if (scope === "held") await lockMembers(tx);
    await finish(tx, runId);
    if (scope === "held") await settleHeld(tx, jobs, by);
  });
}

/** @returns false when nobody wants the rest */
async function ask(
  { jobs, ...deps }: ComposeDeps & { jobs: Jobs },
  { tenantId, runId }: TestRun,
  test: Test,
  signal: AbortSignal,
): Promise<boolean> {
  const { db } = deps;
  const beganAt = performance.now();
  const spentFor: SpentFor = { purpose: "knowledge_test" };
  const meter = createMeter({ db, tenantId, spentFor, countTokens: estimateTokens });
  try {
    const { question: text, history } = test;
    const listener = { signal, onWords: () => {}, clock: () => new Date(), meter, onAttempt: () => {} };
    const answer = await composeAnswer(deps, tenantId, { text, history }, listener);
    const durationMs = Math.round(performance.now() - beganAt);
    return await db.transaction(tenantId, async (tx) => {
      const goesOn = await store(tx, jobs, { tenantId, runId }, test, { answer, durationMs });
      await recordSpending(tx, spentFor, answer.spent);
      return goesOn;
    });
  } catch (error) {
    const spent = meter.spent();
    if (spent.length > 0) await db.transaction(tenantId, (tx) => recordSpending(tx, spentFor, spent));
    throw error;
  }
}

/** Nothing can be done for now. */
export const giveUpRun = ({ db, jobs }: { db: Database; jobs: Jobs }, run: TestRun, failure: string): Promise<void> =>
  db.transaction(run.tenantId, (tx) => putOff(tx, jobs, run, failure));

/** Breaks the run off for what may be over in a while. */
async function putOff(tx: TenantTransaction, jobs: Jobs, { tenantId, runId }: TestRun, failure: string): Promise<void> {
  const { id, fingerprint, status, isHeld } = knowledgeTestRuns;
  const [run] = await tx.select({ fingerprint, isHeld }).from(knowledgeTestRuns).where(eq(id, runId));
  const isSame = run?.isHeld ? and(eq(isHeld, true), eq(fingerprint, run.fingerprint ?? "")) : sql`false`;
  const failedBefore = await tx.$count(knowledgeTestRuns, and(isSame, eq(status, "failed")));
  const minutes = run?.isHeld ? againAfterMinutes[failedBefore] : undefined;
  const next = minutes ? ` The tests are asked again in ${minutes} minutes.` : "";
  const isBroken = await breakOff(tx, runId, `${failure}${next}`);
  if (isBroken && minutes) await jobs.send(tx, "noticeChange", { tenantId }, { delaySeconds: minutes * 60 });
}

/** @returns false when it was over already */
async function breakOff(tx: TenantTransaction, runId: KnowledgeTestRunId, failure: string): Promise<boolean> {
  const { id, status } = knowledgeTestRuns;
  const failed = await tx
    .update(knowledgeTestRuns)
    .set({ status: "failed", failure, finishedAt: sql`now()` })
    .where(and(eq(id, runId), inArray(status, ["queued", "running"])))
    .returning({ id });
  if (failed.length > 0) await announce(tx, { type: "tests.changed" });
  return failed.length > 0;
}

/** Why an answer says nothing of what it was made from, and whether that may be over in a while; undefined: it does. */
function whyNotJudged(
  { outcome, receipt, attempts }: Answer,
  { verdict }: Judgement,
): { failure: string; passes: boolean } | undefined {
  const { budgetStep, route, model } = receipt;
  const isRed = verdict === "failed";
  const isByAnother = route?.because === "budget" && model !== route.largeModel;
  if (budgetStep === "person" || (isRed && isByAnother)) {
    const failure =
      "So much of the month's budget is spent that others answer than usual. Raise it, or ask the tests again next month.";
    return { failure, passes: false };
  }
  const isBroken = outcome === "partial" || attempts.some((attempt) => attempt.outcome === "failed");
  if (outcome !== "failed" && !(isRed && isBroken)) return undefined;
  return { failure: "A model's provider did not answer.", passes: true };
}

/** @returns what is asked about; undefined when there is no run to be made */
async function begin(
  tx: TenantTransaction,
  by: TestedBy,
  runId: KnowledgeTestRunId,
): Promise<KnowledgeScope | undefined> {
  const [run] = await tx.select().from(knowledgeTestRuns).where(eq(knowledgeTestRuns.id, runId)).for("update");
  const scope = run?.isHeld ? "held" : "live";
  if (run?.status !== "queued" && run?.status !== "running") return undefined;
  const state = await readTestedState(tx, by, scope);
  const fingerprint = toFingerprint(state);
  if (run.status === "running") {
    if (scope === "live" || run.fingerprint === fingerprint) return scope;
    // What was answered while something else was held is no answer with this.
    await tx.delete(knowledgeTestResults).where(eq(knowledgeTestResults.runId, runId));
  }
  const changes = await (scope === "held" ? listHeldChanges : listChanges)(tx, state);
  const total = await tx.$count(knowledgeTests);
  await tx
    .update(knowledgeTestRuns)
    // As new as what it asks with, however long it has waited: a check may have counted from its changes' publishing meanwhile.
    .set({ status: "running", startedAt: sql`now()`, createdAt: sql`now()`, fingerprint, changes, total })
    .where(eq(knowledgeTestRuns.id, runId));
  await announce(tx, { type: "tests.changed" });
  return scope;
}

/** Those that were there when it began. */
async function nextTest(db: Database, { tenantId, runId }: TestRun): Promise<Test | undefined> {
  const [test] = await db.read(tenantId, (read) => {
    const result = read
      .select({ one: sql`1` })
      .from(knowledgeTestResults)
      .where(and(eq(knowledgeTestResults.runId, runId), eq(knowledgeTestResults.testId, knowledgeTests.id)));
    const startedAt = read
      .select({ at: knowledgeTestRuns.startedAt })
      .from(knowledgeTestRuns)
      .where(eq(knowledgeTestRuns.id, runId));
    return read
      .select()
      .from(knowledgeTests)
      .where(and(notExists(result), lte(knowledgeTests.createdAt, startedAt)))
      .orderBy(asc(knowledgeTests.createdAt), asc(knowledgeTests.id))
      .limit(1);
  });
  return test;
}

/** @returns false when nobody wants the rest */
async function store(
  tx: TenantTransaction,
  jobs: Jobs,
  order: TestRun,
  { id }: Test,
  { answer, durationMs }: { answer: Answer; durationMs: number },
): Promise<boolean> {
  const { runId } = order;
  const { status } = knowledgeTestRuns;
  const [run] = await tx
    .select({ status })
    .from(knowledgeTestRuns)
    .where(eq(knowledgeTestRuns.id, runId))
    .for("update");
  if (run?.status !== "running") return false;
  // It may have been changed, or removed, while it was asked.
  const [test] = await tx.select().from(knowledgeTests).where(eq(knowledgeTests.id, id)).for("update");
  if (!test) return true;
  const { outcome, text, receipt, spent } = answer;
  const got = { outcome, answer: text, citations: answer.citations.map(toQuote) };
  const judgement = judge(test, got);
  const broken = whyNotJudged(answer, judgement);
  if (broken) {
    await (broken.passes ? putOff(tx, jobs, order, broken.failure) : breakOff(tx, runId, broken.failure));
    return false;
  }
  const { answerer, model } = receipt;
  await tx
    .insert(knowledgeTestResults)
    .values({
      ...{ runId, testId: id, ...got, ...judgement },
      ...{ answerer: answerer ?? "built-in", model, durationMs, costMicros: sumSpent(spent).costMicros },
    })
    .onConflictDoNothing();
  await announce(tx, { type: "tests.changed" });
  return true;
}

function toQuote({
  documentId,
  documentVersionId,
  title,
  headingPath,
  start,
  end,
  text,
}: Answer["citations"][number]): CitedQuote {
  return { documentId, documentVersionId, title, headingPath, start, end, text, quoteSha256: quoteSha256(text) };
}

/** What lies too far back goes. */
async function finish(tx: TenantTransaction, runId: KnowledgeTestRunId): Promise<void> {
  const { id, status, createdAt, isHeld } = knowledgeTestRuns;
  await tx
    .update(knowledgeTestRuns)
    .set({ status: "finished", finishedAt: sql`now()` })
    .where(and(eq(id, runId), eq(status, "running")));
  // Of each kind: however often what is held is asked about, with what is in use it is compared.
  for (const held of [true, false]) {
    const isOfKind = eq(isHeld, held);
    const kept = tx
      .select({ id })
      .from(knowledgeTestRuns)
      .where(isOfKind)
      .orderBy(desc(createdAt))
      .limit(testLimits.runs);
    await tx.delete(knowledgeTestRuns).where(and(isOfKind, notInArray(id, kept)));
  }
  await announce(tx, { type: "tests.changed" });
}
