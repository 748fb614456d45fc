import type { TenantTransaction } from "@parley/db";
import { recordSpending } from "../costs/record-spending.ts";
import { embeddingCostMicros } from "./embedders/embedding-cost.ts";
import type { EmbeddingSpent } from "./passage.ts";

/** Enters requests to an embedder's server into the ledger, at the end of a transaction: it locks the month. */
export async function enterSpending(tx: TenantTransaction, spent: readonly EmbeddingSpent[]): Promise<void> {
  if (spent.length === 0) return;
  const unknown = { cachedTokens: null, outputTokens: null, tier: null, largeCostMicros: null };
  const today = new Date().toISOString().slice(0, 10);
  await recordSpending(
    tx,
    { purpose: "embedding" },
    spent.map((one) => ({ ...one, ...unknown, costMicros: embeddingCostMicros(one, today) })),
  );
}
