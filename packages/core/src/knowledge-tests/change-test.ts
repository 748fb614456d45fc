import type { KnowledgeTestId, KnowledgeTestRunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestResults, knowledgeTestRuns, knowledgeTests } from "@parley/db/schema";
import { and, eq, gte, inArray, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { judge } from "./judge.ts";
import { lockTest } from "./test-rows.ts";

/** Says which words the answer has to hold; what was answered with what is held is judged anew. @throws AppError `test.not_found` */
export async function changeTest(
  tx: TenantTransaction,
  { testId, words }: { testId: KnowledgeTestId; words: string[] },
): Promise<void> {
  const { expected } = await lockTest(tx, testId);
  await tx.update(knowledgeTests).set({ words }).where(eq(knowledgeTests.id, testId));
  await judgeHeld(tx, testId, { expected, words });
  await announce(tx, { type: "tests.changed" });
}

/**
 * What was answered in this run is right: the test expects it from now on. Its result there is judged anew, and what was answered with
 * what is held.
 *
 * @throws AppError `test.not_found` also when the run has no result of the test; `test.no_answer` where a provider failed
 */
export async function acceptResult(
  tx: TenantTransaction,
  { testId, runId }: { testId: KnowledgeTestId; runId: KnowledgeTestRunId },
): Promise<void> {
  const { words } = await lockTest(tx, testId);
  const isResult = and(eq(knowledgeTestResults.testId, testId), eq(knowledgeTestResults.runId, runId));
  const [result] = await tx.select().from(knowledgeTestResults).where(isResult);
  if (!result) throw new AppError("test.not_found");
  if (result.outcome === "failed") throw new AppError("test.no_answer");
  const { answer, citations } = result;
  const isAnswer = result.outcome === "answered" || result.outcome === "partial";
  const expected = { outcome: isAnswer ? ("answered" as const) : ("unknown" as const), answer, citations };
  await tx.update(knowledgeTests).set({ expected }).where(eq(knowledgeTests.id, testId));
  await tx.update(knowledgeTestResults).set(judge({ expected, words }, result)).where(isResult);
  await judgeHeld(tx, testId, { expected, words });
  await announce(tx, { type: "tests.changed" });
}

/** Publishing reads what was found then: any check that has ended may be the one that counts. */
async function judgeHeld(tx: TenantTransaction, testId: KnowledgeTestId, wanted: Parameters<typeof judge>[0]) {
  const { runId } = knowledgeTestResults;
  const { id, isHeld } = knowledgeTestRuns;
  const isOf = and(
    eq(knowledgeTestResults.testId, testId),
    inArray(runId, tx.select({ id }).from(knowledgeTestRuns).where(eq(isHeld, true))),
  );
  for (const result of await tx.select().from(knowledgeTestResults).where(isOf)) {
    await tx
      .update(knowledgeTestResults)
      .set(judge(wanted, result))
      .where(and(eq(knowledgeTestResults.testId, testId), eq(runId, result.runId)));
  }
}

/** Takes the test away, with its results. @throws AppError `test.not_found` */
export async function removeTest(tx: TenantTransaction, testId: KnowledgeTestId): Promise<void> {
  const isIt = eq(knowledgeTests.id, testId);
  const [test] = await tx.select({ createdAt: knowledgeTests.createdAt }).from(knowledgeTests).where(isIt);
  if (!test) throw new AppError("test.not_found");
  const { status, startedAt, total } = knowledgeTestRuns;
  // A run that was to ask it has one less to ask. It is locked before its tests.
  await tx
    .update(knowledgeTestRuns)
    .set({ total: sql`${total} - 1` })
    .where(and(eq(status, "running"), gte(startedAt, test.createdAt)));
  const removed = await tx.delete(knowledgeTests).where(isIt).returning({ id: knowledgeTests.id });
  if (removed.length === 0) throw new AppError("test.not_found");
  await announce(tx, { type: "tests.changed" });
}
