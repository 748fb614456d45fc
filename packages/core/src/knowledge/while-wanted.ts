/** How often it is looked whether the work is wanted. */
const lookMs = 1_000;

/**
 * Does work that may take long, and ends it within moments once it is not wanted any more: another process may have said so.
 *
 * @param isWanted whether it still is; where that can't be told, the work goes on
 * @param work ends with its signal
 * @returns undefined when it was ended since it is not wanted
 * @throws what the work throws, such as the signal's reason
 */
export async function whileWanted<T>(
  isWanted: () => Promise<boolean>,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const unwanted = new AbortController();
  let look: Promise<void> | undefined;
  const timer = setInterval(() => {
    look ??= isWanted()
      .then(
        (is) => is || unwanted.abort(),
        () => {}, // the work will meet the same fault
      )
      .then(() => {
        look = undefined;
      });
  }, lookMs);
  try {
    return await work(AbortSignal.any([signal, unwanted.signal]));
  } catch (error) {
    if (unwanted.signal.aborted && !signal.aborted) return undefined;
    throw error;
  } finally {
    clearInterval(timer);
    await look;
  }
}
