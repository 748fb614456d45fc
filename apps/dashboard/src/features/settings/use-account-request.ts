import { useRouteContext } from "@tanstack/react-router";
import { type AccountResult, accountRequest } from "../../session/account-request.ts";

/** Asks the api to do something about the signed-in user's account. */
export function useAccountRequest() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  return <T>(path: string, body: Record<string, unknown> = {}): Promise<AccountResult<T>> =>
    accountRequest<T>(apiUrl, path, body);
}
