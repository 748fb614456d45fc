import { addOAuthServerContext, getOAuthState } from "better-auth/api";
import { accountError } from "../account-error.ts";
import { currentSession } from "../sessions/current-session.ts";
import type { FoundSession } from "../sessions/sessions.ts";

/** Keeps with the state of the way to the provider in which session linking has begun. */
export const noteLinkingSession = ({ session }: FoundSession) => addOAuthServerContext({ session: session.id });

/**
 * Whoever comes back from a provider to link it is in the session that they began in, with whichever token it has by now. Who comes back
 * to sign in may be in any.
 *
 * @throws `UNAUTHORIZED`
 */
export async function requireLinkingSession(): Promise<void> {
  const state = await getOAuthState<{ link?: { encryptedSessionToken?: string | undefined } }>();
  if (!state?.link) return;
  const found = currentSession();
  if (!found || state.serverContext?.session !== found.session.id) throw accountError("UNAUTHORIZED");
  // Better Auth would look for the session by the token of then, and tell a renewed one from the session's end as little as from an
  // address that the provider does not vouch for.
  state.link.encryptedSessionToken = undefined;
}
