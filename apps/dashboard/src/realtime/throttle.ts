/**
 * Runs `work` at once, and again at most every `intervalMs` however often it is asked for. What was asked for in between is done once,
 * at the end of the interval.
 */
export function throttle(work: () => void, intervalMs: number): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const run = () => {
    again = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, intervalMs);
    work();
  };
  const throttled = () => {
    if (timer === undefined) run();
    else again = true;
  };
  throttled.cancel = () => {
    clearTimeout(timer);
    timer = undefined;
    again = false;
  };
  return throttled;
}
