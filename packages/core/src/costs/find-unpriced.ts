import type { Queries } from "@parley/db";
import { spending } from "@parley/db/schema";
import { and, count, desc, gte, isNull, or, sql, sum } from "drizzle-orm";
import { monthStart } from "./lock-month.ts";

export type UnpricedModel = {
  /** It makes vectors: nobody can give it a price. */
  isEmbedder: boolean;
  provider: string | null;
  model: string | null;
  requests: number;
  inputTokens: number;
  outputTokens: number;
};

/** Models that were asked in this month though nobody knows what they cost: in dollars they count as nothing. */
export async function findUnpriced(read: Pick<Queries, "select">): Promise<UnpricedModel[]> {
  const { purpose, provider, model, inputTokens, outputTokens, costMicros, at } = spending;
  const tokens = (column: typeof inputTokens | typeof outputTokens) => sql`coalesce(${sum(column)}, 0)`.mapWith(Number);
  const isEmbedder = sql<boolean>`${purpose} = 'embedding'`;
  const requests = count();
  return read
    .select({
      isEmbedder,
      provider,
      model,
      requests,
      inputTokens: tokens(inputTokens),
      outputTokens: tokens(outputTokens),
    })
    .from(spending)
    .where(and(gte(at, monthStart), isNull(costMicros), or(isNull(inputTokens), sql`${inputTokens} > 0`)))
    .groupBy(isEmbedder, provider, model)
    .orderBy(desc(requests))
    .limit(50);
}
