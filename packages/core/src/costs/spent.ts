import type { ConversationId, RunId } from "@parley/contracts";
import type { spending } from "@parley/db/schema";

/** Null where it is not known. Cached tokens are part of the input's. */
export type TokenCounts = { inputTokens: number | null; cachedTokens: number | null; outputTokens: number | null };

/** What one request to a model took: an entry of the ledger. */
export type Spent = TokenCounts &
  Pick<
    typeof spending.$inferSelect,
    "id" | "provider" | "model" | "tier" | "countedBy" | "costMicros" | "largeCostMicros"
  >;

/** What it was spent for. */
export type SpentFor = {
  purpose: (typeof spending.$inferSelect)["purpose"];
  runId?: RunId;
  conversationId?: ConversationId;
  /** Under which its part of the budget is set aside, until it is recorded; without it, none is. */
  reservationId?: string;
};

/** Of several requests together; unknown as soon as it is unknown of one. */
export function sumSpent(spent: readonly Spent[]): TokenCounts & { costMicros: number | null } {
  const sum = (of: (one: Spent) => number | null) =>
    spent.reduce<number | null>((total, one) => {
      const value = of(one);
      return total === null || value === null ? null : total + value;
    }, 0);
  return {
    inputTokens: sum((one) => one.inputTokens),
    cachedTokens: sum((one) => one.cachedTokens),
    outputTokens: sum((one) => one.outputTokens),
    costMicros: sum((one) => one.costMicros),
  };
}
