import { type ApiRequest, callApi, prepareApi } from "@parley/client/api";
import type { AppRouter } from "@parley/core/router";
import { createTRPCClient, httpBatchLink, splitLink, TRPCClientError } from "@trpc/client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { createTRPCContext, type TRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { workspaceHeaders } from "./session/chosen-workspace.ts";
import { presenceHeaders } from "./session/presence.ts";

export const { useTRPC, useTRPCClient, TRPCProvider } = createTRPCContext<AppRouter>();

export type ApiClient = ReturnType<typeof createApiClient>;
export type ApiError = TRPCClientError<AppRouter>;
export type ApiOptions = TRPCOptionsProxy<AppRouter>;
export type ApiInputs = inferRouterInputs<AppRouter>;
export type ApiOutputs = inferRouterOutputs<AppRouter>;

/** For what may take longer than other requests: as the context of a call. */
export const patient = { timeoutMs: 90_000 };

/** The typed client of the api. */
export function createApiClient(apiUrl: string) {
  prepareApi(apiUrl);
  const linkWith = (request: ApiRequest, maxItems: number) =>
    httpBatchLink({
      url: `${apiUrl}/trpc`,
      maxURLLength: 2_000,
      maxItems,
      headers: () => ({ ...presenceHeaders(), ...workspaceHeaders() }),
      fetch: (url, init) => callApi(apiUrl, String(url).slice(apiUrl.length), { ...(init as ApiRequest), ...request }),
    });
  return createTRPCClient<AppRouter>({
    links: [
      // Nobody waits for what is slow along with their own request.
      splitLink({
        condition: ({ context }) => "timeoutMs" in context,
        true: linkWith(patient, 1),
        false: linkWith({}, 10),
      }),
    ],
  });
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof TRPCClientError;
}
