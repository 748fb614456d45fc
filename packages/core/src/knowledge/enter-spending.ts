import type { TenantTransaction } from "@parley/db";
import { recordSpending } from "../costs/record-spending.ts";
import type { EmbeddingSpent } from "./passage.ts";

/** Enters requests to an embedder's server into the ledger, at the end of a transaction: it locks the month. What they cost is not known. */
export async function enterSpending(tx: TenantTransaction, spent: readonly EmbeddingSpent[]): Promise<void> {
  if (spent.length === 0) return;
  const unknown = { cachedTokens: null, outputTokens: null, tier: null, costMicros: null, largeCostMicros: null };
  await recordSpending(
    tx,
    { purpose: "embedding" },
    spent.map((one) => ({ ...one, ...unknown })),
  );
}
