import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isRetryable, secondsToWait } from "./errors/error-code.ts";
import { serverWait } from "./session/server-wait.ts";
import { sessionFault } from "./session/session-fault.ts";

/** Whoever is to wait longer is told so, instead of kept waiting. */
const longestWaitSeconds = 120;
/** So long after the server's pause, in a tab that was hidden meanwhile, nobody expects that something is still done by itself. */
const latestMs = 60_000;

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
  const mutationCache = new MutationCache({ onError });
  // What somebody cancelled, or turned away from, is not done after the pause: its next attempt is the refusal that it had before.
  mutationCache.subscribe((event) => {
    const isOver =
      event.type === "observerRemoved" ||
      (event.type === "updated" && event.action.type === "continue" && Date.now() > serverWait.read() + latestMs);
    if (!isOver) return;
    const { mutation } = event;
    const { isPaused } = mutation.state;
    const { mutationFn } = mutation.options;
    mutation.options = {
      ...mutation.options,
      mutationFn: async (...all) => {
        if (isPaused || mutation.state.failureReason) throw mutation.state.failureReason ?? new Error("given up");
        return mutationFn?.(...all);
      },
    };
  });
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache,
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => isToWait(failures, error) || (failures < 2 && isRetryable(error)),
        retryDelay,
      },
      mutations: { retry: isToWait, retryDelay },
    },
  });
}
