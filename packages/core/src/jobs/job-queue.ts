import type { TenantId } from "@parley/contracts";
import { asRole, type Database, type RoleTransaction, type TenantTransaction } from "@parley/db";
import type { Logger } from "@parley/platform/log";
import { sql } from "drizzle-orm";
import { fromDrizzle, type JobResult, PgBoss, type QueueOptions } from "pg-boss";
import type * as z from "zod";

/** Jobs, kept in the database: an order that was committed is carried out, whoever dies in between. */
export type JobQueue = {
  /** Names a kind of job. Before `start`; one that others fall into comes before them. */
  define(name: string, options: Kind): void;
  /** Makes what is missing in the database. Before anything is sent. */
  start(): Promise<void>;
  /**
   * Orders a job in the transaction that causes it: both or neither.
   *
   * @param options.key where the kind's policy is `exclusive`: while a job with this key waits or is under way, this orders none; where it
   *   is `stately`: while one waits, and those of one key are worked on one after the other
   * @param options.inTurnOf the jobs of one kind that are ordered with it are taken a tenant at a time, in turn: a tenant with many waits
   *   for its own, and keeps nobody else waiting
   * @param options.delaySeconds until it is taken at the earliest
   */
  send(
    tx: TenantTransaction,
    name: string,
    order: object,
    options?: { key?: string; inTurnOf?: TenantId; delaySeconds?: number },
  ): Promise<void>;
  /**
   * Has a tenant's jobs of the kind taken now that wait for a later time: in turn, as if they were ordered now.
   *
   * @param options.except those whose order has this field keep their times
   * @param options.forget fields that are taken out of their orders
   */
  hurry(
    tx: TenantTransaction,
    name: string,
    tenantId: TenantId,
    options?: { except?: string; forget?: readonly string[] },
  ): Promise<void>;
  /** Takes jobs of one kind, one by one; one that fails does not fail the others of its batch. This process's own orders wake it. */
  handle<Order>(job: JobHandler<Order>): Promise<void>;
  /** Takes no more, and hands over what is not nearly done. */
  stop(): Promise<void>;
};

type Kind = QueueOptions & { deadLetter?: string; policy?: "exclusive" | "stately" };

type JobHandler<Order> = {
  name: string;
  schema: z.ZodType<Order>;
  pollingIntervalSeconds: number;
  /** What the log may tell of an order: ids, never words or addresses. */
  describe(order: unknown): object;
  /** @param job.retry 0 at the first attempt */
  work(order: Order, job: { id: string; retry: number; signal: AbortSignal }): Promise<void>;
  /** How many are taken at a time; a few when left out. */
  batchSize?: number;
};

const ordered = (name: string) => `job ordered: ${name}`;
/** Small jobs come in great numbers: taken several at a time, the queue costs them little. */
const usualBatchSize = 4;
/** A worker that has not been heard of for so long is dead. */
const heartbeatSeconds = 10;
const stopMs = 10_000;

/**
 * @param options.embedded this is the only process on its database: what a job of an earlier one has left is taken up at once
 */
export function createJobQueue(options: { db: Database; logger: Logger; embedded: boolean }): JobQueue {
  const { db, logger, embedded } = options;
  const executeSql = db.executeSql("system");
  const boss = new PgBoss({
    db: { executeSql },
    schema: "pgboss",
    createSchema: false,
    backend: embedded ? "pglite" : "postgres",
    schedule: false,
    registerInstance: false,
    monitorVacuum: false,
    reindex: false,
    superviseIntervalSeconds: heartbeatSeconds,
    monitorIntervalSeconds: heartbeatSeconds,
    flowIntervalSeconds: 3_600,
  });
  boss.on("error", (error) => logger.error({ err: error }, "the job queue failed"));
  boss.on("warning", ({ message }) => logger.warn({ reason: message }, "the job queue warns"));
  const stopping = new AbortController();
  const kinds = new Map<string, Kind>();
  const workers = new Map<string, string[]>();
  const wake = (name: string) => {
    for (const id of workers.get(name) ?? []) boss.notifyWorker(id);
  };

  /** No other process works here, so whatever is under way was under way when the last one died. */
  async function releaseOrphans(): Promise<void> {
    const { rows } = await executeSql("select name, id from pgboss.job where state = 'active'");
    for (const { name, id } of rows) await boss.fail(String(name), String(id), { message: "its process ended" });
  }

  return {
    define: (name, kind) => void kinds.set(name, kind),

    async start() {
      await boss.start();
      for (const [name, { policy, ...kind }] of kinds) {
        await boss.createQueue(name, { heartbeatSeconds, ...kind, ...(policy && { policy }) });
        // An earlier release may have made it otherwise. Jobs keep the policy that they were ordered with.
        await executeSql("update pgboss.queue set policy = $2 where name = $1 and policy <> $2", [
          name,
          policy ?? "standard",
        ]);
        await boss.updateQueue(name, { heartbeatSeconds, ...kind });
      }
      if (embedded) await releaseOrphans();
    },

    async send(tx, name, order, options) {
      const { key, inTurnOf, delaySeconds } = options ?? {};
      await asRole("system", tx, async (system) => {
        const place = inTurnOf && { group: { id: inTurnOf }, priority: -(await turnOf(system, name, inTurnOf)) };
        await boss.send(name, order, {
          ...place,
          ...(key !== undefined && { singletonKey: key }),
          ...(delaySeconds !== undefined && { startAfter: delaySeconds }),
          db: fromDrizzle(system, sql),
        });
      });
      tx.signal(ordered(name));
    },

    async hurry(tx, name, tenantId, { except, forget = [] } = {}) {
      const isKept = except === undefined ? sql`false` : sql`data -> ${except}::text is not null`;
      const { rowCount } = await asRole("system", tx, (system) =>
        system.execute(sql`
          with waiting as (
            select id, -priority as turn, group_id, start_after <= now() as is_due from pgboss.job
            where name = ${name} and state < 'active'
          ), hurried as (
            select id, row_number() over (order by priority desc, created_on, id) - 1 as place from pgboss.job
            where name = ${name} and group_id = ${tenantId} and state = 'created' and start_after > now() and not (${isKept})
          ), first as (
            select greatest(
              coalesce(min(turn) filter (where is_due), min(turn), 0),
              max(turn) filter (where is_due and group_id = ${tenantId}) + 1
            ) as turn from waiting
          )
          update pgboss.job as job
          set start_after = now(), priority = -(first.turn + hurried.place), data = job.data - ${sql.param(forget)}::text[]
          from hurried, first
          where job.name = ${name} and job.id = hurried.id and job.state = 'created'`),
      );
      if (rowCount) tx.signal(ordered(name));
    },

    async handle({ name, schema, pollingIntervalSeconds, describe, work, batchSize = usualBatchSize }) {
      const id: string = await boss.work(
        name,
        { batchSize, perJobResults: true, pollingIntervalSeconds } as const,
        async (batch) => {
          const results: JobResult[] = [];
          for (const job of batch) {
            const startedAt = performance.now();
            const log = logger.child({
              job: name,
              jobId: job.id,
              attempt: job.retryCount + 1,
              order: describe(job.data),
            });
            const durationMs = () => Math.round(performance.now() - startedAt);
            try {
              const signal = AbortSignal.any([job.signal, stopping.signal]);
              await work(schema.parse(job.data), { id: job.id, retry: job.retryCount, signal });
              log.info({ durationMs: durationMs() }, "job done");
              results.push({ id: job.id, status: "completed" });
            } catch (error) {
              log[stopping.signal.aborted ? "info" : "error"](
                { err: error, durationMs: durationMs() },
                "job failed, to be tried again",
              );
              results.push({ id: job.id, status: "failed", output: { message: String(error) } });
            }
          }
          // There may be more: look before the next poll.
          if (!stopping.signal.aborted) boss.notifyWorker(id);
          return results;
        },
      );
      if (!workers.has(name)) db.onSignal(ordered(name), () => wake(name));
      workers.set(name, [...(workers.get(name) ?? []), id]);
    },

    async stop() {
      stopping.abort(new Error("this process ends"));
      await boss.stop({ graceful: true, timeout: stopMs });
    },
  };
}

/**
 * In which round a tenant's next job of the kind comes: after its own that wait, and not before the round that is under way. Each round has
 * one job of each tenant. What is not due yet does not say which round that is, or whoever comes meanwhile would be let in before all
 * others that wait; it only counts as one of the tenant's.
 */
async function turnOf(system: RoleTransaction, name: string, tenantId: TenantId): Promise<number> {
  const { rows } = await system.execute<{ turn: number }>(sql`
    select greatest(
      coalesce(max(-priority) filter (where group_id = ${tenantId} and start_after <= now()) + 1, 0),
      coalesce(min(-priority) filter (where start_after <= now()), min(-priority), 0)
        + count(*) filter (where group_id = ${tenantId})
    )::integer as turn
    from pgboss.job where name = ${name} and state < 'active'
  `);
  return rows[0]?.turn ?? 0;
}
