import type { KnowledgeTestId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestResults, knowledgeTests } from "@parley/db/schema";
import { and, type Column, eq, notExists, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/** The test, held until the transaction ends. @throws AppError `test.not_found` */
export async function lockTest(tx: TenantTransaction, testId: KnowledgeTestId) {
  const [test] = await tx.select().from(knowledgeTests).where(eq(knowledgeTests.id, testId)).for("update");
  if (!test) throw new AppError("test.not_found");
  return test;
}

/** How many tests the run has no answer to: once it has ended, those that came after it began. */
export function leftOut(tx: Pick<TenantTransaction, "select">, runId: Column) {
  const { runId: of, testId } = knowledgeTestResults;
  const result = tx
    .select({ one: sql`1` })
    .from(knowledgeTestResults)
    .where(and(eq(of, runId), eq(testId, knowledgeTests.id)));
  const tests = tx.select({ count: sql`count(*)::integer` }).from(knowledgeTests).where(notExists(result));
  return sql<number>`(${tests})`;
}
