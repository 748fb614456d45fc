import type { KnowledgeTestRunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestRuns } from "@parley/db/schema";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";

/** Ends a run; the answers that it has stay. One that is over stays as it is. @throws AppError `test.run_not_found` */
export async function cancelRun(tx: TenantTransaction, runId: KnowledgeTestRunId): Promise<void> {
  const { id } = knowledgeTestRuns;
  if ((await tx.$count(knowledgeTestRuns, eq(id, runId))) === 0) throw new AppError("test.run_not_found");
  await cancel(tx, eq(id, runId));
}

/** Ends those that ask as if what is held were published. */
export const cancelHeldRuns = (tx: TenantTransaction): Promise<void> => cancel(tx, eq(knowledgeTestRuns.isHeld, true));

async function cancel(tx: TenantTransaction, which: SQL): Promise<void> {
  const { id, status } = knowledgeTestRuns;
  const ended = await tx
    .update(knowledgeTestRuns)
    .set({ status: "cancelled", finishedAt: sql`now()` })
    .where(and(which, inArray(status, ["queued", "running"])))
    .returning({ id });
  if (ended.length > 0) await announce(tx, { type: "tests.changed" });
}
