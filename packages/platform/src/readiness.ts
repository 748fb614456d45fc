type State = "ok" | "failed";
/** What `/readyz` answers; it is 200 when ready and 503 otherwise. */
export type Readiness<Name extends string> = { status: "ready" | "unready"; checks: Record<Name, State> };

/** For the answer of one check. */
const patienceMs = 2_000;

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
