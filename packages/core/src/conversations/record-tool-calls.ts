import type { RunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { runToolCalls } from "@parley/db/schema";
import { eq, max } from "drizzle-orm";

/** What was asked of the tenant's own server, and what came of it. */
export type ToolCallRow = Omit<typeof runToolCalls.$inferInsert, "tenantId" | "runId" | "number">;

/** Writes down what was asked of the tenant's server for a run, in order, behind what was asked for it before. The run is locked. */
export async function recordToolCalls(
  tx: TenantTransaction,
  runId: RunId,
  calls: readonly ToolCallRow[],
): Promise<void> {
  if (calls.length === 0) return;
  const [before] = await tx
    .select({ last: max(runToolCalls.number) })
    .from(runToolCalls)
    .where(eq(runToolCalls.runId, runId));
  const first = (before?.last ?? 0) + 1;
  await tx.insert(runToolCalls).values(calls.map((call, index) => ({ ...call, runId, number: first + index })));
}
