import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { spending } from "@parley/db/schema";
import { and, asc, count, desc, gte, lt, type SQL, sql, sum } from "drizzle-orm";
import * as z from "zod";

const mostMonths = 24;

const Month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, "must be a month, as 2026-11");
const countMonths = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5));

/** From the first month to the last, both included. Months are those of UTC. */
export const Months = z
  .strictObject({ from: Month, until: Month })
  .refine(({ from, until }) => until >= from, "the last month must not be before the first")
  .refine(({ from, until }) => countMonths(until) - countMonths(from) < mostMonths, `must be ${mostMonths} at most`);
export type Months = z.output<typeof Months>;

/** What one model took in one month. */
export type MonthOfModel = {
  /** `2026-11` */
  month: string;
  /** Both null: the built-in answerer. */
  provider: string | null;
  model: string | null;
  requests: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  /** Requests whose tokens we counted, about. */
  estimated: number;
  /** Millionths of a US dollar, of the requests whose price is known. */
  costMicros: number;
  unpriced: number;
};

const number = (value: SQL) => sql`coalesce(${value}, 0)`.mapWith(Number);

/** What the tenant's models took, by month, the dearest first in each. */
export async function listMonths(db: Database, tenantId: TenantId, { from, until }: Months): Promise<MonthOfModel[]> {
  const { at, provider, model, countedBy, costMicros } = spending;
  const month = sql<string>`to_char(${at} at time zone 'UTC', 'YYYY-MM')`;
  const cost = number(sum(costMicros));
  const begins = (of: string, later = "0 months") =>
    sql`(${`${of}-01`}::timestamp + ${later}::interval) at time zone 'UTC'`;
  return db.read(tenantId, (read) =>
    read
      .select({
        ...{ month, provider, model, requests: count() },
        inputTokens: number(sum(spending.inputTokens)),
        cachedTokens: number(sum(spending.cachedTokens)),
        outputTokens: number(sum(spending.outputTokens)),
        estimated: sql`count(*) filter (where ${countedBy} = 'tokenizer')`.mapWith(Number),
        costMicros: cost,
        unpriced: sql`count(*) filter (where ${costMicros} is null)`.mapWith(Number),
      })
      .from(spending)
      .where(and(gte(at, begins(from)), lt(at, begins(until, "1 month"))))
      .groupBy(sql`1`, provider, model)
      .orderBy(sql`1`, desc(cost), asc(provider), asc(model)),
  );
}
