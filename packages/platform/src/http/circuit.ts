/** Keeps requests from a provider that fails them, so that nobody waits for it in vain. Of one provider and one key. */
export type Circuit = {
  /** Undefined: no request may be made now. */
  admit(): Pass | undefined;
};

/** Of a request that may be made: whoever makes it says how it went, by one of these, once. */
export type Pass = {
  succeeded(): void;
  /** @param restMs how long the provider wants to be left alone at least */
  failed(restMs?: number): void;
  /** It was called off, and says nothing of the provider. */
  calledOff(): void;
};

const mostFailures = 5;
const restMs = 30_000;
const longestRestMs = 300_000;

/**
 * After five failures one behind the other nothing is asked for 30 seconds, or for as long as the provider says, 5 minutes at most; then one
 * request tries it. Per process: five failures that one process saw are enough for it.
 *
 * @param clock milliseconds that never run backwards
 */
export function createCircuit(clock: () => number = () => performance.now()): Circuit {
  let failures = 0;
  let closedUntil = 0;
  /** The one that tries it. Others may still be under way, since before it was shut. */
  let trial: Pass | undefined;
  return {
    admit() {
      const isTrial = failures >= mostFailures;
      if (clock() < closedUntil || (isTrial && trial)) return undefined;
      const ended = () => {
        if (trial === pass) trial = undefined;
      };
      const pass: Pass = {
        succeeded() {
          ended();
          failures = 0;
        },
        failed(wantedMs = 0) {
          ended();
          failures = Math.min(failures + 1, mostFailures);
          const rest = Math.max(failures >= mostFailures ? restMs : 0, Math.min(wantedMs, longestRestMs));
          closedUntil = Math.max(closedUntil, clock() + rest);
        },
        calledOff: ended,
      };
      if (isTrial) trial = pass;
      return pass;
    },
  };
}
