import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { runs, spending } from "@parley/db/schema";
import { and, asc, count, desc, eq, gte, isNotNull, lt, type SQL, sql, sum } from "drizzle-orm";

/** From this moment until before that one. */
export type Span = { from: string; to: string };

/** What was spent on one day (UTC) with one model for one purpose. */
export type SpendingRow = {
  /** `2026-11-26` */
  day: string;
  purpose: (typeof spending.$inferSelect)["purpose"];
  /** Both null: the built-in answerer. */
  provider: string | null;
  model: string | null;
  requests: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  /** Requests whose tokens we counted, about, since the provider did not. */
  estimated: number;
  /** Millionths of a US dollar, of those whose price is known. */
  costMicros: number;
  /** What the large model would have cost in their place, as far as that is known. */
  largeCostMicros: number;
  /** Requests whose price is not known. */
  unpriced: number;
};

export type CostReport = {
  rows: SpendingRow[];
  /** There are more rows than are told: choose a shorter time. */
  isCut: boolean;
  /** Of answers of which both are known: what they took, and what the large model would have taken in the place of whoever wrote them. */
  saving: {
    answers: number;
    costMicros: number;
    largeCostMicros: number;
    /** Which one that is: by name, the one of most answers first. */
    largeModels: string[];
  };
  /** All that were given or tried in the time, whoever wrote them. */
  answers: number;
};

const mostRows = 5_000;

const number = (value: SQL) => sql`coalesce(${value}, 0)`.mapWith(Number);

/** What the tenant has spent in the time, on what. */
export async function getReport(db: Database, tenantId: TenantId, { from, to }: Span): Promise<CostReport> {
  const { at, purpose, provider, model, runId, countedBy, costMicros, largeCostMicros } = spending;
  const within = and(gte(at, sql`${from}::timestamptz`), lt(at, sql`${to}::timestamptz`));
  const day = sql<string>`(${at} at time zone 'UTC')::date::text`;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        day,
        purpose,
        provider,
        model,
        requests: count(),
        inputTokens: number(sum(spending.inputTokens)),
        cachedTokens: number(sum(spending.cachedTokens)),
        outputTokens: number(sum(spending.outputTokens)),
        estimated: sql`count(*) filter (where ${countedBy} = 'tokenizer')`.mapWith(Number),
        costMicros: number(sum(costMicros)),
        largeCostMicros: number(sum(largeCostMicros)),
        unpriced: sql`count(*) filter (where ${costMicros} is null)`.mapWith(Number),
      })
      .from(spending)
      .where(within)
      .groupBy(sql`1`, purpose, provider, model)
      .orderBy(sql`1`, asc(purpose), asc(provider), asc(model))
      .limit(mostRows + 1),
  );
  const byLargeModel = await db.read(tenantId, (read) => {
    const answers = read
      .select({
        runId,
        spent: sum(costMicros).as("spent"),
        large: sum(largeCostMicros).as("large"),
        isKnown: sql<boolean>`count(*) = count(${costMicros}) and count(*) = count(${largeCostMicros})`.as("is_known"),
        largeModel: sql<string | null>`max(${runs.route}->>'largeModel')`.as("large_model"),
      })
      .from(spending)
      .leftJoin(runs, and(eq(runs.tenantId, spending.tenantId), eq(runs.id, runId)))
      .where(and(within, eq(purpose, "answer"), isNotNull(runId)))
      .groupBy(runId)
      .as("answers");
    const ofKnown = (value: SQL) => sql`coalesce(sum(${value}) filter (where ${answers.isKnown}), 0)`.mapWith(Number);
    return read
      .select({
        largeModel: answers.largeModel,
        all: count(),
        answers: sql`count(*) filter (where ${answers.isKnown})`.mapWith(Number),
        costMicros: ofKnown(sql`${answers.spent}`),
        largeCostMicros: ofKnown(sql`${answers.large}`),
      })
      .from(answers)
      .groupBy(answers.largeModel)
      .orderBy(desc(count()), asc(answers.largeModel));
  });
  const sumOf = (of: "all" | "answers" | "costMicros" | "largeCostMicros") =>
    byLargeModel.reduce((sum, one) => sum + one[of], 0);
  return {
    rows: rows.slice(0, mostRows),
    isCut: rows.length > mostRows,
    saving: {
      ...{ answers: sumOf("answers"), costMicros: sumOf("costMicros"), largeCostMicros: sumOf("largeCostMicros") },
      largeModels: byLargeModel.flatMap(({ largeModel, largeCostMicros: cost }) =>
        largeModel && cost > 0 ? largeModel : [],
      ),
    },
    answers: sumOf("all"),
  };
}
