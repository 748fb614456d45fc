import type { BudgetStep, DocumentVersionId, RouteNote, RunId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import {
  chunks,
  citations,
  documentVersions,
  messages,
  runAttempts,
  runPassages,
  runs,
  runToolCalls,
  spending,
} from "@parley/db/schema";
import { and, asc, eq, exists, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import type { TokenCounts } from "../costs/spent.ts";

/** What an answer was made from and what it took. */
export type Receipt = {
  runId: RunId;
  status: (typeof runs.$inferSelect)["status"];
  /** `built-in` or `language-model`; null as long as the run is under way. */
  answerer: string | null;
  model: string | null;
  /** How often a worker took the run up. */
  taken: number;
  /** Of all requests together, as the cost. */
  inputTokens: number | null;
  cachedTokens: number | null;
  outputTokens: number | null;
  /** Millionths of a US dollar; null when it is not known. */
  costMicros: number | null;
  /** What the budget did to the answer; null: nothing. */
  budgetStep: BudgetStep | null;
  /** Why it began with whom it did; null of runs from before that was kept, and where nobody was asked. */
  route: RouteNote | null;
  /** What it would have cost to have the workspace's best model write the answer at once; null when that is not known. */
  largeCostMicros: number | null;
  /** Who was asked, in order, and what each took; null where that is not known. */
  attempts: (Pick<typeof runAttempts.$inferSelect, "level" | "answerer" | "provider" | "model" | "outcome" | "reason"> &
    TokenCounts & { costMicros: number | null; countedBy: "provider" | "tokenizer" })[];
  /** What was asked of the workspace's own server, in order. */
  toolCalls: Pick<typeof runToolCalls.$inferSelect, "name" | "given" | "outcome" | "reason" | "durationMs">[];
  /** Why it failed, was cut off, was discarded or found nothing. */
  reason: string | null;
  queuedAt: string;
  startedAt: string | null;
  firstWordsAt: string | null;
  finishedAt: string | null;
  /** As the answerer was given them, best first. */
  passages: {
    number: number;
    documentVersionId: DocumentVersionId;
    title: string;
    /** Outermost first; empty once the version that was read no longer answers. */
    headingPath: string[];
    start: number;
    end: number;
    score: number;
    lexical: number;
    cosine: number;
    cited: boolean;
  }[];
};

async function readAttempts(db: Database, tenantId: TenantId, runId: RunId): Promise<Receipt["attempts"]> {
  const { level, answerer, provider, model, outcome, reason } = runAttempts;
  const { inputTokens, cachedTokens, outputTokens, costMicros, countedBy } = spending;
  const entry = { inputTokens, cachedTokens, outputTokens, costMicros, countedBy };
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ attempt: { level, answerer, provider, model, outcome, reason }, entry })
      .from(runAttempts)
      .leftJoin(spending, and(eq(spending.tenantId, runAttempts.tenantId), eq(spending.id, runAttempts.id)))
      .where(eq(runAttempts.runId, runId))
      .orderBy(asc(runAttempts.number)),
  );
  return rows.map((row) => ({ ...row.attempt, ...(row.entry ?? nothing) }));
}

/** Of one that asked for nothing. */
const nothing = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, costMicros: 0, countedBy: "provider" as const };

/** @throws AppError `run.not_found` */
export async function getReceipt(db: Database, tenantId: TenantId, runId: RunId): Promise<Receipt> {
  const [run] = await db.read(tenantId, (read) => read.select().from(runs).where(eq(runs.id, runId)));
  if (!run) throw new AppError("run.not_found");
  const passages = await db.read(tenantId, (read) => {
    const { number, documentVersionId, startOffset, endOffset, score, lexical, cosine, chunkId } = runPassages;
    const citation = read
      .select({ number: citations.number })
      .from(citations)
      .innerJoin(messages, and(eq(messages.tenantId, citations.tenantId), eq(messages.id, citations.messageId)))
      .where(and(eq(messages.runId, runId), eq(citations.chunkId, chunkId)));
    const { title } = documentVersions;
    return read
      .select({
        number,
        documentVersionId,
        title,
        headingPath: sql<string[]>`coalesce(${chunks.headingPath}, '{}')`,
        start: startOffset,
        end: endOffset,
        score,
        lexical,
        cosine,
        cited: exists(citation).mapWith(Boolean),
      })
      .from(runPassages)
      .innerJoin(
        documentVersions,
        and(eq(documentVersions.tenantId, runPassages.tenantId), eq(documentVersions.id, documentVersionId)),
      )
      .leftJoin(chunks, and(eq(chunks.tenantId, runPassages.tenantId), eq(chunks.id, chunkId)))
      .where(eq(runPassages.runId, runId))
      .orderBy(asc(number));
  });
  const attempts = await readAttempts(db, tenantId, runId);
  const toolCalls = await db.read(tenantId, (read) => {
    const { name, given, outcome, reason, durationMs, number } = runToolCalls;
    return read
      .select({ name, given, outcome, reason, durationMs })
      .from(runToolCalls)
      .where(eq(runToolCalls.runId, runId))
      .orderBy(asc(number));
  });
  const entries = await db.read(tenantId, (read) =>
    read.select({ large: spending.largeCostMicros }).from(spending).where(eq(spending.runId, runId)),
  );
  const { status, answerer, model, inputTokens, cachedTokens, outputTokens, costMicros, reason } = run;
  return {
    runId,
    status,
    answerer,
    model,
    taken: run.attempts,
    route: run.route,
    largeCostMicros: entries.reduce<number | null>(
      (sum, { large }) => (sum === null || large === null ? null : sum + large),
      entries.length > 0 ? 0 : null,
    ),
    attempts,
    toolCalls,
    inputTokens,
    cachedTokens,
    outputTokens,
    costMicros,
    budgetStep: run.budgetStep,
    reason,
    queuedAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    firstWordsAt: run.firstWordsAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    passages,
  };
}
