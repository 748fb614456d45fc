import type { AccountFailure } from "../session/account-request.ts";

const usual: Record<string, string> = {
  unreachable: "The server can't be reached. Check your connection, and that the api is running, then try again.",
  "origin.not_allowed":
    "The server does not accept this from here. Reload the page, or open the dashboard at its configured address.",
  "auth.required": "You are signed out. Sign in again to go on.",
  UNAUTHORIZED: "You are signed out. Sign in again to go on.",
  SESSION_NOT_FRESH: "For this you have to have signed in a short while ago. Sign out, sign in, and try again.",
  "service.busy": "The server is busy. Nothing is lost: try again in a few seconds.",
  INVALID_EMAIL: "This is no e-mail address.",
  INVALID_PASSWORD: "The password is wrong.",
  INVALID_EMAIL_OR_PASSWORD: "E-mail address or password is wrong. Check both and try again.",
  PASSWORD_TOO_SHORT: "The password is too short.",
  PASSWORD_TOO_LONG: "The password is too long.",
};

/** @param words by the server's code, before the usual ones */
export function describeFailure({ code, status }: AccountFailure, words: Record<string, string> = {}): string {
  const known = words[code] ?? usual[code];
  if (known) return known;
  if (status === 401) return usual.UNAUTHORIZED as string;
  if (status === 403) return "You are not allowed to do this.";
  return "The server could not do it. Try again; if it happens again, report the request id.";
}
