import { APIError } from "better-auth/api";
import pLimit from "p-limit";

const mostWaiting = 1_000;

export type Afterwards = {
  /** Begins the work and waits for none of it. What it throws is told to whoever runs the process. @throws APIError 503 when too much waits */
  run(work: () => Promise<void>): void;
  /** Until all that was begun is done. */
  settled(): Promise<void>;
};

/**
 * Work that a request's answer does not wait for: how long it takes would tell a stranger whether somebody has an account, and in how many
 * workspaces they are. A process that dies loses it, so it is only what its causer can ask for again, or has not earned an answer to.
 */
export function createAfterwards({ onError }: { onError(error: unknown): void }): Afterwards {
  const atOnce = pLimit(4);
  const under = new Set<Promise<void>>();
  return {
    run(work) {
      if (under.size >= mostWaiting)
        throw new APIError("SERVICE_UNAVAILABLE", { code: "service.busy", message: "Try again shortly." });
      const done = atOnce(work)
        .catch(onError)
        .finally(() => under.delete(done));
      under.add(done);
    },
    async settled() {
      while (under.size > 0) await Promise.all(under);
    },
  };
}
