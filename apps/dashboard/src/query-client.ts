import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isRetryable, secondsToWait } from "./errors/error-code.ts";
import { serverWait } from "./session/server-wait.ts";
import { sessionFault } from "./session/session-fault.ts";

/** Whoever is to wait longer is told so, instead of kept waiting. */
const longestWaitSeconds = 120;

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
  const isToWait = (failures: number, error: unknown) => {
    const seconds = secondsToWait(error);
    if (!seconds || seconds > longestWaitSeconds || failures >= 10) return false;
    serverWait.write(Date.now() + seconds * 1_000);
    return true;
  };
  const retryDelay = (failures: number, error: unknown) =>
    1_000 * (secondsToWait(error) ?? Math.min(30, 2 ** failures));
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
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
