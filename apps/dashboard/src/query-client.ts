import { type Mutation, MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isRetryable, secondsToWait } from "./errors/error-code.ts";
import { serverWait } from "./session/server-wait.ts";
import { sessionEnd } from "./session/session-end.ts";
import { sessionFault } from "./session/session-fault.ts";

/** Whoever is to wait longer is told so, instead of kept waiting. */
const longestWaitSeconds = 120;
/** So long after the server's pause, in a tab that was hidden or a machine that slept meanwhile, nobody expects that anything is still done. */
const latestMs = 60_000;

declare module "@tanstack/react-query" {
  interface Register {
    /** `goesOn`: done whenever it can be, whatever is shown by then. */
    mutationMeta: { goesOn?: boolean };
  }
}

const givenUp = new WeakSet<object>();

/** What is not done any more: its next attempt is the refusal that it had before. */
function giveUp(mutation: Mutation): void {
  if (mutation.meta?.goesOn) return;
  givenUp.add(mutation);
  const { isPaused } = mutation.state;
  const { mutationFn } = mutation.options;
  mutation.options = {
    ...mutation.options,
    mutationFn: async (...all) => {
      if (isPaused || mutation.state.failureReason) throw mutation.state.failureReason ?? new Error("given up");
      return mutationFn?.(...all);
    },
  };
}

class Mutations extends MutationCache {
  /** Asked before each attempt. */
  override canRun(mutation: Mutation): boolean {
    if (mutation.state.failureReason && Date.now() > serverWait.read() + latestMs) giveUp(mutation);
    return super.canRun(mutation);
  }
}

type QueryClientOptions = {
  /** The server did not know the session any more. */
  onSignedOut: () => void;
  /** The workspace is the person's no more, or wants more of them. */
  onLost: () => void;
};

export function createQueryClient({ onSignedOut, onLost }: QueryClientOptions): QueryClient {
  const onError = (error: unknown) => {
    const fault = sessionFault(error);
    if (fault === "ended") onSignedOut();
    if (fault === "lost") onLost();
  };
  // What was refused because there was too much of it was not begun: it is asked again, and meanwhile a countdown is shown.
  const waitedFor = new WeakSet<object>();
  const isToWait = (failures: number, error: Error) => {
    const seconds = secondsToWait(error);
    if (!seconds || seconds > longestWaitSeconds || failures >= 10 || waitedFor.has(error)) return false;
    waitedFor.add(error);
    serverWait.write(Date.now() + seconds * 1_000);
    return true;
  };
  const retryDelay = (failures: number, error: unknown) =>
    1_000 * (secondsToWait(error) ?? Math.min(30, 2 ** failures));
  const queryCache = new QueryCache({ onError });
  const mutationCache = new Mutations({ onError });
  mutationCache.subscribe(({ type, mutation }) => {
    if (type !== "observerRemoved") return;
    // Somebody cancelled, or turned away. What still waits is counted down.
    giveUp(mutation);
    const waits =
      mutationCache
        .getAll()
        .some((one) => one.state.status === "pending" && one.state.failureReason && !givenUp.has(one)) ||
      queryCache.getAll().some(({ state }) => state.fetchStatus !== "idle" && state.fetchFailureReason);
    if (!waits) serverWait.end();
  });
  const isSignedIn = () => !sessionEnd.read();
  return new QueryClient({
    queryCache,
    mutationCache,
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => isToWait(failures, error) || (failures < 2 && isRetryable(error)),
        retryDelay,
        refetchOnWindowFocus: isSignedIn,
        refetchOnReconnect: isSignedIn,
      },
      mutations: { retry: isToWait, retryDelay },
    },
  });
}
