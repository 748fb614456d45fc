import { queryOptions } from "@tanstack/react-query";
import { type AccountFailure, accountRequest } from "./account-request.ts";

/** A failure of a question about accounts, as the query cache keeps it. */
export class AccountError extends Error {
  override readonly name = "AccountError";
  readonly failure: AccountFailure;

  constructor(failure: AccountFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** A question about the signed-in user's account, for the query cache. @param path below `/api/auth` */
export function accountQuery<T>(apiUrl: string, path: string) {
  return queryOptions({
    queryKey: ["account", path],
    queryFn: async (): Promise<T> => {
      const result = await accountRequest<T>(apiUrl, path);
      if (!result.ok) throw new AccountError(result.failure);
      return result.data;
    },
  });
}
