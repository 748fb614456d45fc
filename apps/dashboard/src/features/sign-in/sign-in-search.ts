import type { SearchSchemaInput } from "@tanstack/react-router";
import { safeDestination } from "../../session/safe-destination.ts";

/** What led to the sign-in page. */
export const signInNotices = ["reset", "unlocked", "changed", "refused"] as const;
export type SignInNotice = (typeof signInNotices)[number];

export type SignInSearch = {
  /** Where to go from there. */
  to?: string;
  notice?: SignInNotice;
  /** A provider has let them through, and the second factor is still to come. */
  step?: "factor";
};

/** Whoever links here need not say where to go. */
export function parseSignInSearch(
  search: SignInSearch & { error?: string } & SearchSchemaInput,
): SignInSearch & { to: string } {
  // A provider's callback leads back with `error` when it came to nothing.
  const notice = search.error ? "refused" : signInNotices.find((known) => known === search.notice);
  const step = search.step === "factor" ? search.step : undefined;
  return { to: safeDestination(search.to), ...(notice && { notice }), ...(step && { step }) };
}

export function toSignIn(notice: SignInNotice) {
  return { to: "/inbox", notice };
}
