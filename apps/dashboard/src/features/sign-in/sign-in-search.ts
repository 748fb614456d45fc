import { safeDestination } from "../../session/safe-destination.ts";

/** Where to go after signing in. */
export type SignInSearch = { to?: string };

export function parseSignInSearch(search: SignInSearch & Record<string, unknown>): { to: string } {
  return { to: safeDestination(search.to) };
}
