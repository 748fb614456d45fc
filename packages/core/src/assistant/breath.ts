import { setImmediate } from "node:timers/promises";

/** More work in a row would keep everybody else of the process waiting. In UTF-16 code units; each part costs something beside its length. */
const workPerBreath = 1_024;
const workPerPart = 16;

/**
 * Lets timers and other requests have their turn, every so often: words that have come already are read without a pause, and neither a
 * deadline nor whoever calls it off would be heard in between. To be awaited after each part.
 */
export function createBreath(): (partLength: number) => Promise<void> {
  let work = 0;
  return async (partLength) => {
    work += workPerPart + partLength;
    if (work < workPerBreath) return;
    work = 0;
    await setImmediate();
  };
}
