import type { RunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { runAttempts } from "@parley/db/schema";
import { sql } from "drizzle-orm";

/** Somebody was asked for an answer; what that took, the ledger's entry of the same id says. */
export type Attempt = Omit<typeof runAttempts.$inferInsert, "tenantId" | "runId" | "number">;

/** Writes down who was asked for a run's answer: each once, however often it is told. */
export async function recordAttempts(tx: TenantTransaction, runId: RunId, attempts: readonly Attempt[]): Promise<void> {
  const number = sql`(select coalesce(max(number), 0) + 1 from run_attempts where run_id = ${runId})`;
  for (const attempt of attempts) {
    await tx
      .insert(runAttempts)
      .values({ ...attempt, runId, number })
      .onConflictDoNothing({ target: [runAttempts.tenantId, runAttempts.id] });
  }
}
