import type { Database } from "@parley/db";
import type { Logger } from "@parley/platform/log";
import { type Claim, renewLease } from "./claim-run.ts";

/** A lease that is renewed until it is disposed of. */
export type KeptLease = AsyncDisposable & {
  /** Aborts when the run is no longer ours. */
  lost: AbortSignal;
};

/** @param leaseMs it is renewed three times in this time, so that one renewal may fail */
export function keepLease(db: Database, claim: Claim, leaseMs: number, logger: Logger): KeptLease {
  const lost = new AbortController();
  let renewal = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(async () => {
      try {
        if (!(await renewLease(db, claim, leaseMs))) lost.abort(new Error("the run is no longer ours"));
      } catch (error) {
        // The next one may succeed; if none does, the reply finds out.
        logger.warn({ err: error }, "lease not renewed");
      }
    });
  }, leaseMs / 3);
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await renewal;
    },
  };
}
