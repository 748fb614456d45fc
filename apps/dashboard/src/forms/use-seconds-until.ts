import { useEffect, useState } from "react";

/** Whole seconds from now until the moment, counted down; 0 once it has come, or when there is none. */
export function useSecondsUntil(momentMs: number | undefined): number {
  const [nowMs, setNowMs] = useState(Date.now);
  const isAhead = momentMs !== undefined && momentMs > nowMs;
  useEffect(() => {
    setNowMs(Date.now());
    if (!isAhead) return;
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isAhead]);
  return secondsUntil(momentMs, nowMs);
}

/** Rounded up, so that 0 means that the moment has come. */
export function secondsUntil(momentMs: number | undefined, nowMs: number): number {
  return momentMs === undefined ? 0 : Math.max(0, Math.ceil((momentMs - nowMs) / 1_000));
}

/** `45 seconds`, `2 minutes`. */
export function formatWait(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
