import type { TimeLeft } from "@parley/contracts";

/** So long before the end it is told. */
export const noticeSeconds = 5 * 60;
/** While it is told: how often it is looked whether somebody has gone on elsewhere. */
const lookSeconds = 15;

/** What will end the session first, and in how many seconds. */
export function firstEnd({ idleSeconds, longestSeconds }: TimeLeft): { why: "idle" | "longest"; seconds: number } {
  return idleSeconds < longestSeconds
    ? { why: "idle", seconds: idleSeconds }
    : { why: "longest", seconds: longestSeconds };
}

/** After how many seconds to ask again for how long the session has. */
export function secondsToNextLook(left: TimeLeft): number {
  const { seconds } = firstEnd(left);
  return seconds > noticeSeconds ? seconds - noticeSeconds : Math.min(lookSeconds, seconds + 1);
}
