import { setTimeout as wait } from "node:timers/promises";
import type { RunId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { runs } from "@parley/db/schema";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import { asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { Embedder } from "../knowledge/passage.ts";
import { type AnswerDeps, answer } from "./answer.ts";
import { watchTakeovers } from "./watch-takeovers.ts";
import type { WorkspaceModels } from "./workspace-models.ts";

export type AssistantJobs = {
  start(): Promise<void>;
  /** Takes up no more runs, and hands over those under way to whichever worker is free; resolves when that is done. */
  stop(): Promise<void>;
};

export type AssistantJobsOptions = {
  db: Database;
  eventLog: EventLog;
  embedder: Embedder;
  models: Pick<WorkspaceModels, "of"> & Partial<Pick<WorkspaceModels, "httpTools">>;
  logger: Logger;
  config: { answer: { timeoutMs: number; idleTimeoutMs: number; leaseMs: number } };
};

/** Answers that one process works on side by side. */
const concurrency = 8;

/**
 * Takes up runs as the event log tells of them. What it doesn't tell of, since it was lost or a worker died, the sweep finds in the
 * database: a run without a worker is taken up again at the latest after `answer.leaseMs`.
 */
export function createAssistantJobs({ config, models, ...options }: AssistantJobsOptions): AssistantJobs {
  const { db, eventLog, logger } = options;
  const { leaseMs } = config.answer;
  // Together they stay below the promised time: a lease that runs out, and the sweep that comes next.
  const limits = { ...config.answer, leaseMs: leaseMs * 0.7 };
  const sweepMs = leaseMs * 0.2;

  const stopping = new AbortController();
  const underWay = new Map<RunId, Promise<unknown>>();
  let release = async () => {};

  function take(deps: AnswerDeps, tenantId: TenantId, runId: RunId): Promise<unknown> {
    const known = underWay.get(runId);
    if (known) return known;
    const work = answer(deps, { tenantId, runId }, stopping.signal).finally(() => underWay.delete(runId));
    underWay.set(runId, work);
    return work;
  }

  async function sweep(deps: AnswerDeps): Promise<void> {
    const free = concurrency - underWay.size;
    if (free <= 0) return;
    for (const { tenantId, id } of await findAbandonedRuns(db, free)) {
      take(deps, tenantId, id).catch((error) => logger.error({ err: error, tenantId, runId: id }, "run not taken up"));
    }
  }

  async function sweepUntilStopped(deps: AnswerDeps): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await sweep(deps);
      } catch (error) {
        logger.warn({ err: error }, "abandoned runs not looked for");
      }
      await wait(sweepMs, undefined, { signal: stopping.signal }).catch(() => undefined); // it rejects when it is cut short
    }
  }

  return {
    async start() {
      const takeovers = await watchTakeovers(eventLog);
      const deps: AnswerDeps = {
        ...options,
        takeovers,
        limits,
        modelsOf: models.of,
        ...(models.httpTools && { toolsOf: models.httpTools.open }),
      };
      const consumer = await eventLog.consume(
        "assistant",
        { types: ["run.queued"], concurrency, claimAfterMs: leaseMs },
        async ({ tenantId, event }) => {
          if (event.type === "run.queued") await take(deps, tenantId, event.runId);
        },
      );
      const sweeping = sweepUntilStopped(deps);
      release = async () => {
        await Promise.all([consumer.stop(), sweeping]);
        await Promise.allSettled(underWay.values());
        await takeovers.stop();
      };
    },
    async stop() {
      stopping.abort(new Error("the process ends"));
      await release();
    },
  };
}

/** Of each conversation the run that is due next, if no worker holds it and the event log should have told of it long ago. */
function findAbandonedRuns(db: Database, limit: number): Promise<{ tenantId: TenantId; id: RunId }[]> {
  return db.read("system", (read) => {
    const { tenantId, id, conversationId, status, leaseUntil, createdAt } = runs;
    const next = read
      .selectDistinctOn([tenantId, conversationId], { tenantId, id, leaseUntil, createdAt })
      .from(runs)
      .where(inArray(status, ["queued", "running"]))
      .orderBy(tenantId, conversationId, desc(eq(status, "running")), asc(createdAt), asc(id))
      .as("next");
    return read
      .select({ tenantId: next.tenantId, id: next.id })
      .from(next)
      .where(sql`coalesce(${next.leaseUntil}, ${next.createdAt} + interval '2 seconds') < clock_timestamp()`)
      .orderBy(asc(next.createdAt))
      .limit(limit);
  });
}
