import type { SignInAnswer } from "@parley/contracts";
import { type AccountResult, accountRequest } from "./account-request.ts";

/** Signs in with an e-mail address and a password; the session is a cookie of the api's. */
export function signIn(
  apiUrl: string,
  credentials: { email: string; password: string },
): Promise<AccountResult<SignInAnswer>> {
  return accountRequest(apiUrl, "/sign-in/email", credentials);
}

/** The second step, for who has a second factor: a code of the authenticator app's, or a backup code. */
export function verifyFactor(
  apiUrl: string,
  step: { code: string; trustDevice: boolean },
): Promise<AccountResult<unknown>> {
  return accountRequest(apiUrl, "/factor/verify", step);
}

/** Ends the session. @throws when the server did not do it */
export async function signOut(apiUrl: string): Promise<void> {
  const result = await accountRequest(apiUrl, "/sign-out", {});
  if (!result.ok) throw new Error(`signing out failed: ${result.failure.code}`);
}
