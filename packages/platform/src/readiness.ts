import type { Logger } from "./log.ts";

type State = "ok" | "failed";
/** What `/readyz` answers; it is 200 when ready and 503 otherwise. */
export type Readiness<Name extends string> = { status: "ready" | "unready"; checks: Record<Name, State> };

/** For the answer of one check. */
const patienceMs = 2_000;
/** For so long an answer is good. */
const keptMs = 1_000;

/**
 * Whether a process can work.
 *
 * @param checks by name; one that rejects, or does not answer within two seconds, has failed
 */
export async function checkReadiness<Name extends string>(
  checks: Record<Name, () => Promise<unknown>>,
): Promise<Readiness<Name>> {
  const names = Object.keys(checks) as Name[];
  const states = await Promise.all(names.map((name) => inTime(checks[name])));
  return {
    status: states.every((state) => state === "ok") ? "ready" : "unready",
    checks: Object.fromEntries(names.map((name, index) => [name, states[index]])) as Record<Name, State>,
  };
}

/**
 * The same, again and again: whenever what a check says is another than the last time, that is logged, once. A process is taken to be
 * well before it is asked.
 */
export function watchReadiness<Name extends string>(
  checks: Record<Name, () => Promise<unknown>>,
  logger: Pick<Logger, "warn" | "info">,
): () => Promise<Readiness<Name>> {
  const names = Object.keys(checks) as Name[];
  const last = new Map<Name, State>(names.map((name) => [name, "ok"]));
  return async () => {
    const readiness = await checkReadiness(checks);
    const changed = names.filter((name) => last.get(name) !== readiness.checks[name]);
    for (const name of changed) last.set(name, readiness.checks[name]);
    if (changed.length > 0) {
      const { status, checks } = readiness;
      if (status === "ready") logger.info({ checks }, "ready again");
      else logger.warn({ checks }, "not ready");
    }
    return readiness;
  };
}

async function inTime(check: () => Promise<unknown>): Promise<State> {
  const { promise, resolve } = Promise.withResolvers<State>();
  const timer = setTimeout(resolve, patienceMs, "failed");
  check().then(
    () => resolve("ok"),
    () => resolve("failed"),
  );
  const state = await promise;
  clearTimeout(timer);
  return state;
}

/**
 * The check for any number of callers: those who ask at once share it, and its answer is good for a second. Whoever may ask as often as they
 * like, as of `/readyz`, takes one connection all the same.
 */
export function shareCheck<T>(check: () => Promise<T>): () => Promise<T> {
  let last: Promise<T> | undefined;
  return () => {
    if (last) return last;
    const begun = check();
    last = begun;
    const forget = () => {
      if (last === begun) last = undefined;
    };
    const forgetSoon = () => void setTimeout(forget, keptMs).unref();
    begun.then(forgetSoon, forgetSoon);
    // One that never answers is given up by whoever waits for it, and then begun anew.
    setTimeout(forget, patienceMs + keptMs).unref();
    return begun;
  };
}
