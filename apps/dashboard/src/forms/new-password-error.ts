import type { AccountFailure } from "../session/account-request.ts";

const words: Record<string, string> = {
  PASSWORD_TOO_SHORT: "This is too short.",
  PASSWORD_TOO_COMMON: "This is much used, or made of names that go with your account. Choose another.",
  PASSWORD_TOO_LONG: "This is too long: at most 128 characters.",
};

/** What the server has against a new password; undefined when that is not why it failed. */
export function newPasswordError(failure: AccountFailure | undefined): string | undefined {
  return failure && words[failure.code];
}
