import { type ApiRequest, callApi, prepareApi } from "@parley/client/api";
import type { AppRouter } from "@parley/core/router";
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
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

/** The typed client of the api. */
export function createApiClient(apiUrl: string) {
  prepareApi(apiUrl);
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: `${apiUrl}/trpc`,
        maxURLLength: 2_000,
        maxItems: 10,
        headers: () => ({ ...presenceHeaders(), ...workspaceHeaders() }),
        fetch: (url, init) => callApi(apiUrl, String(url).slice(apiUrl.length), init as ApiRequest),
      }),
    ],
  });
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof TRPCClientError;
}
