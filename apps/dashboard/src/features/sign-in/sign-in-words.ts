/** What signing in can meet, by the server's code. */
export const signInWords: Record<string, string> = {
  "origin.not_allowed":
    "The server does not accept sign-ins from this address. Open the dashboard at its configured address.",
};
