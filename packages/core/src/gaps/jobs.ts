import { type Event, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { EventLog } from "@parley/platform/event-log/event-log";
import * as z from "zod";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { collectGaps } from "./collect-gaps.ts";

const Order = z.object({ tenantId: TenantId });

/** Begins to collect what the knowledge leaves open, whenever the event log tells of some. @returns what ends that */
export async function workOnGaps(
  jobs: Pick<KnowledgeJobs, "queue" | "send">,
  deps: { db: Database; embedder: Embedder; eventLog: EventLog },
): Promise<{ stop(): Promise<void> }> {
  const { db, eventLog } = deps;
  await jobs.queue.handle({
    name: "collectGaps",
    schema: Order,
    pollingIntervalSeconds: 10,
    describe: (order) => order as object,
    work: ({ tenantId }, { signal }) => collectGaps(deps, tenantId, signal),
  });
  return eventLog.consume(
    "gaps",
    { types: ["message.created", "message.voted"], concurrency: 1, claimAfterMs: 30_000 },
    async ({ tenantId, event }) => {
      if (!tellsOfGaps(event)) return;
      await db.transaction(tenantId, (tx) => jobs.send(tx, "collectGaps", { tenantId }));
    },
  );
}

/** Whether a question was left open, or a vote that said so was taken back. */
function tellsOfGaps(event: Event): boolean {
  if (event.type === "message.voted") return event.vote === "down" || event.before === "down";
  if (event.type !== "message.created") return false;
  const { outcome, notice } = event.message;
  return outcome === "unknown" || outcome === "failed" || notice === "handed_off";
}
