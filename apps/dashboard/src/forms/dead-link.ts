import type { AccountFailure } from "../session/account-request.ts";

/** A mailed link that is not good any more, or that a program for mail has cut off. */
const codes = ["INVALID_TOKEN", "VALIDATION_ERROR"] as const;

export function isDeadLink(failure: AccountFailure | undefined): boolean {
  return codes.some((code) => code === failure?.code);
}

/** What is said of it, for a notice. */
export function deadLinkWords(words: string): Record<string, string> {
  return Object.fromEntries(codes.map((code) => [code, words]));
}
