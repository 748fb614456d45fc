import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { describeError, errorCode } from "./errors/describe-error.ts";

/** @param onSignedOut the server did not know the session any more */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    const code = errorCode(error);
    if (code === "auth.required" || code === "auth.expired") onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && describeError(error).retryable,
      },
    },
  });
}
