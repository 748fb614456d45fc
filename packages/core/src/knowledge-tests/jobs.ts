import { KnowledgeTestRunId, TenantId } from "@parley/contracts";
import type { EventLog } from "@parley/platform/event-log/event-log";
import * as z from "zod";
import type { ComposeDeps } from "../assistant/compose-answer.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { giveUpRun, replayTests } from "./replay-tests.ts";
import { noticeChange } from "./start-run.ts";

const TenantOrder = z.object({ tenantId: TenantId });
const RunOrder = z.object({ tenantId: TenantId, runId: KnowledgeTestRunId });

/** Begins to ask tests that are due, and to have them asked again when what answers are made from changes. @returns what ends the latter */
export async function workOnTests(
  jobs: Pick<KnowledgeJobs, "queue" | "send">,
  { eventLog, ...deps }: ComposeDeps & { eventLog: EventLog },
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
  return eventLog.consume(
    "knowledge-tests",
    {
      types: ["document.changed", "source.changed", "assistant.changed", "embedder.changed"],
      concurrency: 1,
      claimAfterMs: 30_000,
    },
    notice,
  );
}
