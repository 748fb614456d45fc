import type { CitedQuote, KnowledgeTestId, TestVerdict } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { heldSettings, knowledgeTestResults, knowledgeTestRuns, knowledgeTests, modelsInUse } from "@parley/db/schema";
import { and, asc, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { describeHeldModels } from "../assistant/held-models.ts";
import { describeHeldSettings } from "../assistant/held-settings.ts";
import { listHeldDocuments, listHeldRemovals, readCheckMode } from "../knowledge/held-changes.ts";
import { leftOut } from "./test-rows.ts";
import { readTestedState, type TestedBy, toFingerprint } from "./tested-state.ts";

/** Documents, and removals, that are named; the others are counted. */
const mostNamed = 100;

type GivenAnswer = { verdict: TestVerdict; answer: string; citations: CitedQuote[] };

export type ChangedAnswer = {
  testId: KnowledgeTestId;
  question: string;
  /**
   * `red`: the test fails, and did not before · `still_red` · `green`: it failed before · `reads_otherwise`: words or sources are others ·
   * `first`: nobody knows what it was before.
   */
  change: "red" | "still_red" | "green" | "reads_otherwise" | "first";
  /** As it is with what is in use; undefined: nobody knows. */
  before: GivenAnswer | undefined;
  after: GivenAnswer;
};

/** What is held, how far the tests were asked with it, and which answers change. */
export async function getChanges(tx: TenantTransaction, testedBy: TestedBy) {
  const mode = await readCheckMode(tx);
  const tests = await tx.$count(knowledgeTests);
  const state = await readTestedState(tx, testedBy, "held");
  const { seen, ...held } = await listHeld(tx, state.held);
  const newest = await findNewestCheck(tx);
  if (!seen || !newest) return { mode, tests, seen, ...held, check: null, answers: [] };
  // Those of a run that was made with other changes say nothing of these.
  const isOfThese = newest.fingerprint === toFingerprint(state);
  const answers = isOfThese ? await compareAnswers(tx, newest.id) : [];
  const { id, status, total, failure } = newest;
  const check = {
    ...{ id, status, total, failure },
    asked: answers.length,
    failed: answers.filter(({ after }) => after.verdict === "failed").length,
    at: (newest.finishedAt ?? newest.startedAt ?? newest.createdAt).toISOString(),
    /** Asked with exactly what is held now, and with all tests that there are. */
    isCurrent: isOfThese && (status !== "finished" || newest.leftOut === 0),
  };
  return {
    mode,
    tests,
    seen,
    ...held,
    check,
    answers: answers.flatMap(({ change, ...more }) => (change ? [{ change, ...more }] : [])),
  };
}

/** How much is held, and how many tests fail with exactly that. Far less than all of it is read for that. */
export async function countChanges(tx: TenantTransaction, testedBy: TestedBy) {
  const mode = await readCheckMode(tx);
  const tests = await tx.$count(knowledgeTests);
  const state = await readTestedState(tx, testedBy, "held");
  if (!state.held) return { mode, tests, waiting: 0, failed: 0 };
  const { total: removals } = await listHeldRemovals(tx, 1);
  const { total: documents } = await listHeldDocuments(tx, 1);
  const others = (await tx.$count(heldSettings)) + (await tx.$count(modelsInUse));
  const newest = await findNewestCheck(tx);
  const isCurrent =
    newest?.fingerprint === toFingerprint(state) && (newest.status !== "finished" || newest.leftOut === 0);
  const { runId, verdict } = knowledgeTestResults;
  const failed =
    newest && isCurrent ? await tx.$count(knowledgeTestResults, and(eq(runId, newest.id), eq(verdict, "failed"))) : 0;
  return { mode, tests, waiting: documents + removals + others, failed };
}

async function findNewestCheck(tx: TenantTransaction) {
  const [newest] = await tx
    .select({ ...getTableColumns(knowledgeTestRuns), leftOut: leftOut(tx, knowledgeTestRuns.id) })
    .from(knowledgeTestRuns)
    .where(eq(knowledgeTestRuns.isHeld, true))
    .orderBy(desc(knowledgeTestRuns.createdAt))
    .limit(1);
  return newest;
}

async function listHeld(tx: TenantTransaction, seen: string | undefined) {
  const { total, documents } = await listHeldDocuments(tx, mostNamed);
  const { total: removalsInAll, removals } = await listHeldRemovals(tx, mostNamed);
  return {
    seen: seen ?? null,
    documents: documents.map(({ heldAt, ...document }) => ({ ...document, heldAt: heldAt?.toISOString() ?? null })),
    documentsInAll: total,
    removals: removals.map(({ askedAt, ...removal }) => ({ ...removal, askedAt: askedAt.toISOString() })),
    removalsInAll,
    settings: await describeHeldSettings(tx),
    models: await describeHeldModels(tx),
  };
}

/** Each answer of the run beside the one that is given with what is in use. In the order of the tests' age. */
async function compareAnswers(
  tx: TenantTransaction,
  runId: (typeof knowledgeTestRuns.$inferSelect)["id"],
): Promise<(Omit<ChangedAnswer, "change"> & { change: ChangedAnswer["change"] | undefined })[]> {
  const { testId } = knowledgeTestResults;
  const rows = await tx
    .select({
      test: knowledgeTests,
      result: knowledgeTestResults,
      before: sql<GivenAnswer | null>`(
        select json_build_object('verdict', r.verdict, 'answer', r.answer, 'citations', r.citations)
        from knowledge_test_results r join knowledge_test_runs run on run.id = r.run_id
        where r.test_id = ${testId} and not run.is_held
        order by run.created_at desc limit 1
      )`,
    })
    .from(knowledgeTestResults)
    .innerJoin(knowledgeTests, eq(knowledgeTests.id, testId))
    .where(eq(knowledgeTestResults.runId, runId))
    .orderBy(asc(knowledgeTests.createdAt), asc(knowledgeTests.id));
  return rows.map(({ test: { id, question, expected }, result: { verdict, answer, citations }, ...row }) => {
    const after = { verdict, answer, citations };
    const pinned = expected && { verdict: "passed" as const, answer: expected.answer, citations: expected.citations };
    const before = row.before ?? pinned ?? undefined;
    return { testId: id, question, before, after, change: compare(before, after) };
  });
}

function compare(before: GivenAnswer | undefined, after: GivenAnswer): ChangedAnswer["change"] | undefined {
  if (after.verdict === "failed") return before?.verdict === "failed" ? "still_red" : "red";
  if (before?.verdict === "failed") return "green";
  if (!before) return "first";
  const told = (given: GivenAnswer) =>
    JSON.stringify([given.answer, given.citations.map(({ documentId, quoteSha256 }) => [documentId, quoteSha256])]);
  return told(before) === told(after) ? undefined : "reads_otherwise";
}
