import type { KnowledgeTestRunId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestRuns } from "@parley/db/schema";
import { and, eq, inArray, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";

/** Ends a run; the answers that it has stay. One that is over stays as it is. @throws AppError `test.run_not_found` */
export async function cancelRun(tx: TenantTransaction, runId: KnowledgeTestRunId): Promise<void> {
  const { id, status } = knowledgeTestRuns;
  if ((await tx.$count(knowledgeTestRuns, eq(id, runId))) === 0) throw new AppError("test.run_not_found");
  const ended = await tx
    .update(knowledgeTestRuns)
    .set({ status: "cancelled", finishedAt: sql`now()` })
    .where(and(eq(id, runId), inArray(status, ["queued", "running"])))
    .returning({ id });
  if (ended.length > 0) await announce(tx, { type: "tests.changed" });
}
