import { sessionLimits } from "@parley/contracts";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";

/**
 * Better Auth is told nothing of how long sessions live: it would go by the clock of its process. The database dates them, `Sessions`
 * says which are alive, and `handle` shows Better Auth no others. `expiresIn` is for how long a browser keeps the cookie.
 */
export const sessionOptions = {
  expiresIn: sessionLimits.longestSeconds,
  disableSessionRefresh: true,
  freshAge: 0,
  cookieCache: { enabled: false },
} as const satisfies BetterAuthOptions["session"];

/** A new session takes the place of the one that the browser had: nobody goes on in a session that was there before they signed in. */
export const sessionRules = () =>
  ({
    id: "parley-session-rules",
    hooks: {
      after: [
        {
          matcher: () => true,
          handler: createAuthMiddleware(async (context) => {
            const { newSession, authCookies, internalAdapter, secret } = context.context;
            if (!newSession) return;
            const former = await context.getSignedCookie(authCookies.sessionToken.name, secret);
            if (former && former !== newSession.session.token) await internalAdapter.deleteSession(former);
          }),
        },
      ],
    },
  }) satisfies BetterAuthPlugin;
