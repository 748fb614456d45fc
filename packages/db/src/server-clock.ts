/** For so long the server's time is counted on by this process, before it is asked again. */
const heldMs = 60_000;

/**
 * The time by the database server's clock, which all processes share. In between it is counted on by `performance.now()`, which neither
 * a wrong clock nor one that is set changes. While the server does not answer, what is known of its time holds on.
 *
 * @param ask the server's time, in milliseconds since 1970
 */
export function createServerClock(ask: () => Promise<number>): () => Promise<Date> {
  let held: { serverMs: number; at: number } | undefined;
  let asking: Promise<void> | undefined;
  const refresh = async () => {
    const at = performance.now();
    held = { serverMs: await ask(), at };
  };
  return async () => {
    if (!held || performance.now() - held.at > heldMs) {
      asking ??= refresh().finally(() => {
        asking = undefined;
      });
      if (held) await asking.catch(() => {});
      else await asking;
    }
    if (!held) throw new Error("the database's time is not known");
    return new Date(held.serverMs + performance.now() - held.at);
  };
}
