import type { ErrorCode } from "@parley/contracts";
import { AccountError } from "../session/account-query.ts";
import { isApiError } from "../trpc.ts";

/** What passes by itself, or with luck. */
const passing: ReadonlySet<string> = new Set(["rate.exceeded", "service.busy", "internal"] satisfies ErrorCode[]);

/** Whether trying the same again may help. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof AccountError) {
    const { status } = error.failure;
    return status === null || status === 429 || status >= 500;
  }
  const code = errorCode(error);
  return code ? passing.has(code) : isApiError(error);
}

/** The server's own code for the failure; undefined when no answer of the server's came. */
export function errorCode(error: unknown): ErrorCode | undefined {
  if (error instanceof AccountError) return error.failure.code === "UNAUTHORIZED" ? "auth.required" : undefined;
  return isApiError(error) ? error.data?.appCode : undefined;
}

/** After how many seconds the server may be asked again, when it was asked too often; undefined for any other failure. */
export function secondsToWait(error: unknown): number | undefined {
  if (error instanceof AccountError) {
    const { code, retryAfterSeconds } = error.failure;
    return code === "rate.exceeded" ? (retryAfterSeconds ?? undefined) : undefined;
  }
  // Of the answer as a whole: the limit of an address refuses before anything is known of procedures.
  const response = isApiError(error) ? (error.meta?.response as Response | undefined) : undefined;
  return response?.status === 429 ? Number(response.headers.get("retry-after")) || undefined : undefined;
}
