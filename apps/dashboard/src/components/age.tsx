import { useSyncExternalStore } from "react";
import { formatAge, formatMoment } from "./format-time.ts";

const tickMs = 30_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

/** One clock for all ages on the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time to the half minute; the component shows itself anew when it changes. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

/** How long ago something was; the exact moment on hover. */
export function Age({ at, className }: { at: string; className?: string }) {
  const age = formatAge(at, Math.max(useNow(), Date.parse(at)));
  return (
    <time dateTime={at} title={formatMoment(at)} className={className}>
      {age}
    </time>
  );
}
