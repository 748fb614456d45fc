import { KnowledgeTestRunId, TenantId } from "@parley/contracts";
import { knowledgeTests, tenants } from "@parley/db/schema";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import * as z from "zod";
import type { ComposeDeps } from "../assistant/compose-answer.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { giveUpRun, replayTests } from "./replay-tests.ts";
import { noticeChange } from "./start-run.ts";

const TenantOrder = z.object({ tenantId: TenantId });
const RunOrder = z.object({ tenantId: TenantId, runId: KnowledgeTestRunId });

/**
 * Begins to ask tests that are due, and to have them asked again when what answers are made from changes; also when it has changed while
 * no worker ran, as the installation's own models do. @returns what ends the latter
 */
export async function workOnTests(
  jobs: Pick<KnowledgeJobs, "queue" | "send">,
  { eventLog, logger, ...deps }: ComposeDeps & { eventLog: EventLog; logger: Logger },
): Promise<{ stop(): Promise<void> }> {
  const { db, modelsOf, embedder } = deps;
  const shared = { schema: RunOrder, pollingIntervalSeconds: 5, describe: (order: unknown) => order as object };
  const notice = ({ tenantId }: z.infer<typeof TenantOrder>) =>
    noticeChange({ db, jobs, modelsOf, embedder }, tenantId);
  await jobs.queue.handle({
    ...shared,
    name: "noticeChange",
    schema: TenantOrder,
    pollingIntervalSeconds: 10,
    work: notice,
  });
  await jobs.queue.handle({
    ...shared,
    name: "replayTests",
    // One may take hours: none waits in this process's hands meanwhile.
    batchSize: 1,
    work: (order, { signal }) => replayTests({ ...deps, jobs }, order, signal),
  });
  await jobs.queue.handle({
    ...shared,
    name: "giveUpTests",
    work: (order) => giveUpRun({ db, jobs }, order, "The tests could not be asked, though it was tried several times."),
  });
  const consumer = await eventLog.consume(
    "knowledge-tests",
    {
      types: ["document.changed", "source.changed", "assistant.changed", "embedder.changed"],
      concurrency: 1,
      claimAfterMs: 30_000,
    },
    notice,
  );
  const leaving = new AbortController();
  const noticed = noticeRestart(db, jobs, leaving.signal).catch((err: unknown) =>
    logger.warn({ err }, "whether the tests are to be asked again is not looked at before the next change"),
  );
  return {
    async stop() {
      leaving.abort();
      await consumer.stop();
      await noticed;
    },
  };
}

/** No event tells of a change of configuration, or of a release: every tenant that has tests is looked at once. */
async function noticeRestart(
  db: ComposeDeps["db"],
  jobs: Pick<KnowledgeJobs, "send">,
  leaving: AbortSignal,
): Promise<void> {
  const places = await db.read("system", (read) => read.select({ tenantId: tenants.tenantId }).from(tenants));
  for (const { tenantId } of places) {
    if (leaving.aborted) return;
    if ((await db.read(tenantId, (read) => read.$count(knowledgeTests))) === 0) continue;
    await db.transaction(tenantId, (tx) => jobs.send(tx, "noticeChange", { tenantId }));
  }
}
