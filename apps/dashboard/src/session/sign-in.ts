import type { ErrorBody } from "@parley/contracts";

/** Why nobody was signed in. */
export type SignInFailure = {
  reason: "wrong" | "too_many" | "origin" | "server" | "unreachable";
  requestId: string | null;
};

/** Signs in with an e-mail address and a password; the session is a cookie of the api's. */
export async function signIn(
  apiUrl: string,
  credentials: { email: string; password: string },
): Promise<{ ok: true } | ({ ok: false } & SignInFailure)> {
  let response: Response;
  try {
    response = await post(`${apiUrl}/api/auth/sign-in/email`, credentials);
  } catch {
    // fetch rejects for one reason only: no answer came.
    return { ok: false, reason: "unreachable", requestId: null };
  }
  if (response.ok) return { ok: true };
  const body: Partial<ErrorBody> = await response.json().catch(() => ({}));
  return { ok: false, reason: reasonOf(response.status), requestId: body.error?.requestId ?? null };
}

/** Ends the session. @throws when the server did not do it */
export async function signOut(apiUrl: string): Promise<void> {
  const response = await post(`${apiUrl}/api/auth/sign-out`, {});
  if (!response.ok) throw new Error(`signing out was answered with ${response.status}`);
}

function reasonOf(status: number): SignInFailure["reason"] {
  if (status === 400 || status === 401 || status === 422) return "wrong";
  if (status === 403) return "origin";
  return status === 429 ? "too_many" : "server";
}

function post(url: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", credentials: "include", headers, body: JSON.stringify(body) });
}
