import { AsyncLocalStorage } from "node:async_hooks";
import { accountError } from "../account-error.ts";
import type { FoundSession } from "./sessions.ts";

const current = new AsyncLocalStorage<FoundSession | undefined>();

/** Lets Better Auth's endpoints and hooks know which session the request came with. */
export function withCurrentSession<T>(found: FoundSession | undefined, work: () => T): T {
  return current.run(found, work);
}

/** The session that the request came with, as it was when it came. */
export const currentSession = (): FoundSession | undefined => current.getStore();

/**
 * For what must not be done with a browser that somebody left open: the person has proved in the last 10 minutes who they are.
 *
 * @throws `UNAUTHORIZED` without a session; `auth.confirmation_required`: `/confirm` comes first
 */
export function requireFreshSession(): FoundSession {
  const found = currentSession();
  if (!found) throw accountError("UNAUTHORIZED");
  if (!found.session.fresh) throw accountError("auth.confirmation_required");
  return found;
}
