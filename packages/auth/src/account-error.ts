import { errorCodes } from "@parley/contracts";
import { APIError } from "better-auth/api";

const failures = {
  INVALID_REQUEST: ["BAD_REQUEST", "The request has not the shape that is expected here."],
  INVALID_EMAIL: ["BAD_REQUEST", "This is no e-mail address."],
  INVALID_NAME: ["BAD_REQUEST", "A name has 1 to 100 characters, in one line."],
  INVALID_TOKEN: ["BAD_REQUEST", "The link does not work: it was used, is too old or is not whole."],
  INVALID_EMAIL_OR_PASSWORD: ["UNAUTHORIZED", "Address or password is wrong."],
  EMAIL_NOT_VERIFIED: ["FORBIDDEN", "The address is to be confirmed first."],
  INVALID_PASSWORD: ["BAD_REQUEST", "The password is wrong."],
  PASSWORD_TOO_SHORT: ["BAD_REQUEST", "The password is too short."],
  PASSWORD_TOO_LONG: ["BAD_REQUEST", "The password has more than 128 characters."],
  PASSWORD_TOO_COMMON: ["BAD_REQUEST", "The password is much used, or made of names that go with this account."],
  SIGN_UP_CLOSED: ["FORBIDDEN", "Nobody may sign up here without an invitation."],
  "auth.confirmation_required": ["FORBIDDEN", errorCodes["auth.confirmation_required"].meaning],
  INVALID_CODE: ["UNAUTHORIZED", "This code is not valid, or was used before."],
  CHALLENGE_EXPIRED: ["UNAUTHORIZED", "This took too long: sign in again."],
  FACTOR_ALREADY_ENABLED: ["CONFLICT", "There is a second factor already."],
  LONGER_PASSWORD_FIRST: [
    "CONFLICT",
    "The password is too short to be all that is asked for: choose one of 15 characters or more first.",
  ],
  FACTOR_NOT_ENABLED: ["CONFLICT", "There is no second factor."],
  NOT_LINKED: ["NOT_FOUND", "This provider is not linked to the account."],
  LAST_WAY_IN: ["CONFLICT", "This is the last way into the account: set a password first."],
  PROVIDER_UNREACHABLE: ["BAD_GATEWAY", "The provider does not answer, or not as the one that is configured."],
  UNAUTHORIZED: ["UNAUTHORIZED", "Sign in first."],
  TOO_MANY_ATTEMPTS: ["TOO_MANY_REQUESTS", "This was tried too often. Try again later."],
  "rate.exceeded": ["TOO_MANY_REQUESTS", "Too many requests; `Retry-After` says how many seconds to wait."],
} as const;

/** What an endpoint of ours throws: the code is what a client switches on. */
export function accountError(
  code: keyof typeof failures,
  { retryAfterSeconds }: { retryAfterSeconds?: number } = {},
): APIError {
  const [status, message] = failures[code];
  const headers = retryAfterSeconds ? { "retry-after": String(retryAfterSeconds) } : {};
  return new APIError(status, { code, message }, headers);
}
