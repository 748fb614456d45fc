import type { AccountFailure } from "../session/account-request.ts";
import { formatWait } from "./use-seconds-until.ts";

const signedOut = "You are signed out. Sign in again to go on.";

const usual: Record<string, string> = {
  unreachable: "The server can't be reached. Check your connection, and that the api is running, then try again.",
  "origin.not_allowed":
    "The server does not accept this from here. Reload the page, or open the dashboard at its configured address.",
  "auth.required": signedOut,
  UNAUTHORIZED: signedOut,
  "auth.confirmation_required":
    "For this you have to have signed in a short while ago. Sign out, sign in, and try again.",
  "csrf.invalid":
    "The server did not know this page. Reload it; if that does not help, let the browser keep cookies of this address.",
  unfinished: "This was done, but the page could not go on from there. Reload it.",
  "service.busy": "The server is busy. Nothing is lost: try again in a few seconds.",
  INVALID_EMAIL: "This is no e-mail address.",
  INVALID_PASSWORD: "The password is wrong.",
  INVALID_EMAIL_OR_PASSWORD: "E-mail address or password is wrong. Check both and try again.",
  TOO_MANY_ATTEMPTS: "A wrong password or code was given too often, so this is locked for a quarter of an hour.",
  PASSWORD_TOO_SHORT: "The password is too short.",
  PASSWORD_TOO_LONG: "The password is too long.",
};

/**
 * @param words by the server's code, before the usual ones
 * @returns with the request's id where the words speak of it
 */
export function describeFailure(
  failure: AccountFailure,
  words: Record<string, string> = {},
): { text: string; requestId: string | null } {
  const { code, status, requestId, retryAfterSeconds } = failure;
  const known = words[code] ?? usual[code];
  if (known) return { text: known, requestId: null };
  if (code === "rate.exceeded") {
    const when = retryAfterSeconds ? `in ${formatWait(retryAfterSeconds)}` : "later";
    return { text: `Too many attempts in a short time. Try again ${when}.`, requestId: null };
  }
  if (status === 401) return { text: signedOut, requestId: null };
  if (status === 403) return { text: "You are not allowed to do this.", requestId: null };
  if (!requestId) return { text: "The server could not do it. Try again.", requestId };
  return { text: "The server could not do it. Try again; if it happens again, report the request id.", requestId };
}
