import type { KnowledgeTestId, KnowledgeTestRunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestResults, knowledgeTestRuns, knowledgeTests } from "@parley/db/schema";
import { and, eq, gte, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";
import { judge } from "./judge.ts";
import { lockTest } from "./test-rows.ts";

/** Says which words the answer has to hold. @throws AppError `test.not_found` */
export async function changeTest(
  tx: TenantTransaction,
  { testId, words }: { testId: KnowledgeTestId; words: string[] },
): Promise<void> {
  await lockTest(tx, testId);
  await tx.update(knowledgeTests).set({ words }).where(eq(knowledgeTests.id, testId));
  await announce(tx, { type: "tests.changed" });
}

/**
 * What was answered in this run is right: the test expects it from now on, and its result there is judged anew.
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
  await announce(tx, { type: "tests.changed" });
}

/** Takes the test away, with its results. @throws AppError `test.not_found` */
export async function removeTest(tx: TenantTransaction, testId: KnowledgeTestId): Promise<void> {
  const { createdAt } = await lockTest(tx, testId);
  const { status, startedAt, total } = knowledgeTestRuns;
  // A run that was to ask it has one less to ask.
  await tx
    .update(knowledgeTestRuns)
    .set({ total: sql`${total} - 1` })
    .where(and(eq(status, "running"), gte(startedAt, createdAt)));
  await tx.delete(knowledgeTests).where(eq(knowledgeTests.id, testId));
  await announce(tx, { type: "tests.changed" });
}
