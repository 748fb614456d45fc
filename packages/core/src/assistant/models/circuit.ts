/** Keeps requests from a provider that fails them, so that nobody waits for it in vain. Of one provider and one key. */
export type Circuit = {
  /** Whether a request may be made now. Whoever makes one says how it went: one of the other three, once. */
  admits(): boolean;
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
  let probing = false;
  return {
    admits() {
      if (clock() < closedUntil) return false;
      if (failures < mostFailures) return true;
      if (probing) return false;
      probing = true;
      return true;
    },
    succeeded() {
      failures = 0;
      probing = false;
    },
    failed(wantedMs = 0) {
      failures = Math.min(failures + 1, mostFailures);
      probing = false;
      const rest = Math.max(failures >= mostFailures ? restMs : 0, Math.min(wantedMs, longestRestMs));
      closedUntil = Math.max(closedUntil, clock() + rest);
    },
    calledOff() {
      probing = false;
    },
  };
}
