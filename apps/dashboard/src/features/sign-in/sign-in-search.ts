import type { SearchSchemaInput } from "@tanstack/react-router";
import { safeDestination } from "../../session/safe-destination.ts";

/** What led to the sign-in page. */
export const signInNotices = ["reset", "unlocked", "changed"] as const;
export type SignInNotice = (typeof signInNotices)[number];

export type SignInSearch = {
  /** Where to go from there. */
  to?: string;
  notice?: SignInNotice;
};

/** Whoever links here need not say where to go. */
export function parseSignInSearch(search: SignInSearch & SearchSchemaInput): SignInSearch & { to: string } {
  const notice = signInNotices.find((known) => known === search.notice);
  return { to: safeDestination(search.to), ...(notice && { notice }) };
}

export function toSignIn(notice: SignInNotice) {
  return { to: "/inbox", notice };
}
