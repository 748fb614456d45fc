/**
 * Runs `work` at once, and again at most every `intervalMs` however often it is asked for, and never while it is under way. What was asked
 * for in between is done once, at the end of the interval.
 *
 * @param work its promise never rejects
 */
export function throttle(work: () => void | Promise<void>, intervalMs: number): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let again = false;
  const goOn = () => {
    if (again && timer === undefined && !isRunning) run();
  };
  const run = () => {
    again = false;
    timer = setTimeout(() => {
      timer = undefined;
      goOn();
    }, intervalMs);
    const done = work();
    if (!done) return;
    isRunning = true;
    void done.then(() => {
      isRunning = false;
      goOn();
    });
  };
  const throttled = () => {
    again = true;
    goOn();
  };
  throttled.cancel = () => {
    clearTimeout(timer);
    timer = undefined;
    again = false;
  };
  return throttled;
}
