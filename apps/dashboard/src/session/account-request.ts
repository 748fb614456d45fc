import { callApi } from "@parley/client/api";
import { presenceHeaders } from "./presence.ts";

/** Why the server did not do what was asked about an account. */
export type AccountFailure = {
  /** The server's code, such as `INVALID_EMAIL_OR_PASSWORD` or `rate.exceeded`; `unreachable` when no answer came. */
  code: string;
  /** Of the answer; null when none came. */
  status: number | null;
  /** Finds the request in the server's log. */
  requestId: string | null;
  /** After how many seconds the same may be asked again; null when the server did not say. */
  retryAfterSeconds: number | null;
};

export type AccountResult<T> = { ok: true; data: T } | { ok: false; failure: AccountFailure };

/** The person did not want it after all. */
export const cancelled: AccountFailure = { code: "cancelled", status: null, requestId: null, retryAfterSeconds: null };

/**
 * Asks the api something about accounts: what the typed client does not know.
 *
 * @param path below `/api/auth`
 * @param body makes it a POST
 * @param by who causes it, when that is known better than by when the page was touched last
 */
export async function accountRequest<T = unknown>(
  apiUrl: string,
  path: string,
  body?: Record<string, unknown>,
  by?: "person" | "page",
): Promise<AccountResult<T>> {
  let response: Response;
  try {
    response = await callApi(apiUrl, `/api/auth${path}`, {
      headers: presenceHeaders(by),
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
  } catch {
    // It rejects for one reason only: no answer came.
    return { ok: false, failure: { code: "unreachable", status: null, requestId: null, retryAfterSeconds: null } };
  }
  const answer: unknown = await response.json().catch(() => null);
  return response.ok ? { ok: true, data: answer as T } : { ok: false, failure: failureOf(response, answer) };
}

/** The accounts' own answers have a code at the top; those of the rest of the api, within `error`. */
export function failureOf(response: Response, answer: unknown): AccountFailure {
  const top = asRecord(answer);
  const inner = asRecord(top.error);
  const code = inner.code ?? top.code;
  const requestId = inner.requestId ?? response.headers.get("x-request-id");
  const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return {
    code: typeof code === "string" ? code : "unknown",
    status: response.status,
    requestId: typeof requestId === "string" ? requestId : null,
    retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
