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

/**
 * Asks every question of the tenant's tests and judges the answers, one after the other. Nobody but members hears of them, and nothing is
 * stored of them beside their result. It goes on where another worker has stopped, and ends when the run was cancelled, or when an answer
 * is another for want of money or of a provider: that says nothing of the knowledge.
 *
 * @throws when the database or the embedder is out of reach, or the signal's reason: then it may be tried again
 */
export async function replayTests(
  { jobs, ...deps }: ComposeDeps & { jobs: Pick<KnowledgeJobs, "send"> },
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
    const goesOn = await ask({ ...deps, scope }, { tenantId, runId }, test, signal);
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
async function ask(deps: ComposeDeps, { tenantId, runId }: TestRun, test: Test, signal: AbortSignal): Promise<boolean> {
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
      const goesOn = await store(tx, runId, test, { answer, durationMs });
      await recordSpending(tx, spentFor, answer.spent);
      return goesOn;
    });
  } catch (error) {
    const spent = meter.spent();
    if (spent.length > 0) await db.transaction(tenantId, (tx) => recordSpending(tx, spentFor, spent));
    throw error;
  }
}

/** Nothing can be done any more. */
export const giveUpRun = (db: Database, { tenantId, runId }: TestRun, failure: string): Promise<void> =>
  db.transaction(tenantId, (tx) => breakOff(tx, runId, failure));

async function breakOff(tx: TenantTransaction, runId: KnowledgeTestRunId, failure: string): Promise<void> {
  const { id, status } = knowledgeTestRuns;
  const failed = await tx
    .update(knowledgeTestRuns)
    .set({ status: "failed", failure, finishedAt: sql`now()` })
    .where(and(eq(id, runId), inArray(status, ["queued", "running"])))
    .returning({ id });
  if (failed.length > 0) await announce(tx, { type: "tests.changed" });
}

/** Why an answer says nothing of what it was made from; undefined: it does. */
function whyNotJudged({ outcome, receipt, attempts }: Answer, { verdict }: Judgement): string | undefined {
  const { budgetStep, route, model } = receipt;
  const isRed = verdict === "failed";
  const isByAnother = route?.because === "budget" && model !== route.largeModel;
  if (budgetStep === "person" || (isRed && isByAnother)) {
    return "So much of the month's budget is spent that others answer than usual. Raise it, or ask the tests again next month.";
  }
  const isBroken = outcome === "partial" || attempts.some((attempt) => attempt.outcome === "failed");
  if (outcome !== "failed" && !(isRed && isBroken)) return undefined;
  return "A model's provider did not answer. Ask the tests again once it does.";
}

/** @returns what is asked about; undefined when there is no run to be made */
async function begin(
  tx: TenantTransaction,
  by: TestedBy,
  runId: KnowledgeTestRunId,
): Promise<KnowledgeScope | undefined> {
  const [run] = await tx.select().from(knowledgeTestRuns).where(eq(knowledgeTestRuns.id, runId)).for("update");
  const scope = run?.isHeld ? "held" : "live";
  if (run?.status === "running") return scope;
  if (run?.status !== "queued") return undefined;
  const state = await readTestedState(tx, by, scope);
  const changes = await (scope === "held" ? listHeldChanges : listChanges)(tx, state);
  const total = await tx.$count(knowledgeTests);
  await tx
    .update(knowledgeTestRuns)
    .set({ status: "running", startedAt: sql`now()`, fingerprint: toFingerprint(state), changes, total })
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
  runId: KnowledgeTestRunId,
  { id }: Test,
  { answer, durationMs }: { answer: Answer; durationMs: number },
): Promise<boolean> {
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
  const failure = whyNotJudged(answer, judgement);
  if (failure !== undefined) {
    await breakOff(tx, runId, failure);
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
