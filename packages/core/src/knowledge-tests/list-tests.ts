import type { KnowledgeTestId, TenantId, TestVerdict } from "@parley/contracts";
import type { Database } from "@parley/db";
import { knowledgeTestResults, knowledgeTestRuns, knowledgeTests, members, messages } from "@parley/db/schema";
import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/** Runs that a list or a test's history tells of. */
const mostRuns = 20;

export type ListedTest = {
  id: KnowledgeTestId;
  question: string;
  words: string[];
  /** Somebody has said what is right. */
  isDecided: boolean;
  createdAt: string;
  /** Newest first. */
  results: { verdict: TestVerdict; changed: boolean; at: string }[];
};

/** The tests, newest first, each with what came out of it in the last runs with what is in use. */
export async function listTests(db: Database, tenantId: TenantId): Promise<ListedTest[]> {
  const { id, question, words, expected, createdAt } = knowledgeTests;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        id,
        question,
        words,
        isDecided: sql<boolean>`${expected} is not null or cardinality(${words}) > 0`,
        createdAt,
        results: sql<ListedTest["results"]>`(
          select coalesce(json_agg(json_build_object('verdict', verdict, 'changed', changed, 'at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by run_at desc), '[]')
          from (
            select r.verdict, r.changed, r.created_at, run.created_at as run_at
            from knowledge_test_results r join knowledge_test_runs run on run.tenant_id = r.tenant_id and run.id = r.run_id
            where r.tenant_id = knowledge_tests.tenant_id and r.test_id = knowledge_tests.id and not run.is_held
            order by run.created_at desc limit ${mostRuns}
          ) as results
        )`,
      })
      .from(knowledgeTests)
      .orderBy(desc(createdAt), desc(id)),
  );
  return rows.map(({ createdAt: at, ...test }) => ({ ...test, createdAt: at.toISOString() }));
}

const counted = (verdict: TestVerdict | "changed") =>
  sql<number>`(
    select count(*)::integer from knowledge_test_results r
    where r.tenant_id = ${knowledgeTestRuns.tenantId} and r.run_id = ${knowledgeTestRuns.id}
      and ${verdict === "changed" ? sql`r.changed` : sql`r.verdict = ${verdict}`}
  )`;

/** The last runs with what is in use, newest first: why, what had changed, how far each is and what came out. */
export async function listRuns(db: Database, tenantId: TenantId) {
  const { fingerprint: _1, tenantId: _2, isHeld, askedBy, ...columns } = getTableColumns(knowledgeTestRuns);
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        ...columns,
        askedBy: members.name,
        passed: counted("passed"),
        failed: counted("failed"),
        undecided: counted("new"),
        changed: counted("changed"),
      })
      .from(knowledgeTestRuns)
      .leftJoin(members, and(eq(members.tenantId, knowledgeTestRuns.tenantId), eq(members.id, askedBy)))
      .where(eq(isHeld, false))
      .orderBy(desc(knowledgeTestRuns.createdAt))
      .limit(mostRuns),
  );
  return rows.map(({ createdAt, startedAt, finishedAt, ...run }) => ({
    ...run,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  }));
}

/** One test with its results, newest first. @throws AppError `test.not_found` */
export async function getTest(db: Database, tenantId: TenantId, testId: KnowledgeTestId) {
  const [test] = await db.read(tenantId, (read) =>
    read
      .select({ test: knowledgeTests, conversationId: messages.conversationId, createdBy: members.name })
      .from(knowledgeTests)
      .leftJoin(
        messages,
        and(eq(messages.tenantId, knowledgeTests.tenantId), eq(messages.id, knowledgeTests.messageId)),
      )
      .leftJoin(members, and(eq(members.tenantId, knowledgeTests.tenantId), eq(members.id, knowledgeTests.createdBy)))
      .where(eq(knowledgeTests.id, testId)),
  );
  if (!test) throw new AppError("test.not_found");
  const results = await db.read(tenantId, (read) =>
    read
      .select({ result: knowledgeTestResults, changes: knowledgeTestRuns.changes, cause: knowledgeTestRuns.cause })
      .from(knowledgeTestResults)
      .innerJoin(knowledgeTestRuns, eq(knowledgeTestRuns.id, knowledgeTestResults.runId))
      .where(and(eq(knowledgeTestResults.testId, testId), eq(knowledgeTestRuns.isHeld, false)))
      .orderBy(desc(knowledgeTestRuns.createdAt))
      .limit(mostRuns),
  );
  const { id, question, history, messageId, expected, words, createdAt } = test.test;
  return {
    ...{ id, question, history, messageId, expected, words },
    conversationId: test.conversationId,
    createdBy: test.createdBy,
    createdAt: createdAt.toISOString(),
    results: results.map(({ result: { tenantId: _1, testId: _2, createdAt: at, ...result }, cause, changes }) => ({
      ...result,
      cause,
      changes,
      at: at.toISOString(),
    })),
  };
}
