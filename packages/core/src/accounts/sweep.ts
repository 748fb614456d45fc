import { sweepAccounts } from "@parley/auth";
import type { Database } from "@parley/db";
import type { Logger } from "@parley/platform/log";
import { sweepInvitations } from "../members/sweep-invitations.ts";

export type SweepOptions = { db: Database; logger: Logger; intervalMs?: number };

/** Takes away what time has ended: nothing goes by it, and without this it would only ever become more. */
export type Sweep = {
  /** Sweeps after the interval, and again after each. */
  start(): void;
  /** @returns how many rows are gone @throws what the database throws */
  run(): Promise<number>;
  /** Sweeps no more; resolves when the batch that is under way is done. */
  stop(): Promise<void>;
};

export function createSweep({ db, logger, intervalMs = 3_600_000 }: SweepOptions): Sweep {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function run(): Promise<number> {
    const { signal } = stopping;
    return (await sweepAccounts(db, signal)) + (await sweepInvitations(db, signal));
  }

  return {
    start() {
      timer = setInterval(() => {
        // One that takes longer than the interval is not overtaken.
        last = last.then(run).then(
          (rows) => logger.info({ rows }, "swept"),
          (err: unknown) => logger.error({ err }, "the sweep failed"),
        );
      }, intervalMs);
    },
    run,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await last;
    },
  };
}
