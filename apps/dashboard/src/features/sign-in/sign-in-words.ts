/** What signing in can meet, by the server's code. */
export const signInWords: Record<string, string> = {
  "origin.not_allowed":
    "The server does not accept sign-ins from this address. Open the dashboard at its configured address.",
  EMAIL_NOT_VERIFIED:
    "This address is not confirmed yet. Open the link in the mail that we sent, or sign up again to have another one sent.",
  TOO_MANY_ATTEMPTS:
    "A wrong password or code was given too often, so signing in is locked for a quarter of an hour. If the account is yours, a mail with a link that unlocks it is on its way.",
  CHALLENGE_EXPIRED: "This took too long, so it begins again with your password.",
};
