import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthMiddleware, getOAuthState, isAPIError } from "better-auth/api";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import type { Afterwards } from "../afterwards.ts";
import { findNamedUser, namedPerson } from "../oauth/named-person.ts";

/**
 * Whether a provider has sent somebody back to sign in, and it came to nothing; not where the provider itself says so, as for who has
 * changed their mind.
 */
async function isFailedCallback({ path, query }: GenericEndpointContext, returned: unknown): Promise<boolean> {
  if (!path?.startsWith("/callback/") || query?.error !== undefined || !isAPIError(returned)) return false;
  const location = new Headers(returned.headers).get("location") ?? "";
  const hasFailed = URL.canParse(location) && new URL(location).searchParams.has("error");
  return hasFailed && !(await getOAuthState())?.link;
}

type Options = { db: Database; afterwards: Afterwards; onEvent: OnAccountEvent };

/** Tells of every sign-in by a provider that worked or failed, and of every sign-out. */
export const signInEvents = ({ db, afterwards, onEvent }: Options) =>
  ({
    id: "parley-sign-in-events",
    init: () => ({
      options: {
        databaseHooks: {
          session: {
            delete: {
              async after({ userId }, context) {
                if (context?.path !== "/sign-out") return;
                await onEvent({ type: "user.signed_out", userId: UserId.parse(userId), ...originOf(context.headers) });
              },
            },
          },
        },
      },
    }),
    hooks: {
      after: [
        {
          matcher: ({ path }) => path?.startsWith("/sign-in/") || path?.startsWith("/callback/") || false,
          handler: createAuthMiddleware(async (context) => {
            const { newSession, returned } = context.context;
            const origin = originOf(context.headers);
            if (newSession) {
              await onEvent({ type: "user.signed_in", userId: UserId.parse(newSession.user.id), ...origin });
            } else if (isAPIError(returned) && (returned.statusCode === 401 || returned.statusCode === 403)) {
              await onEvent({ type: "user.sign_in_failed", ...origin });
            } else if (await isFailedCallback(context, returned)) {
              const named = await namedPerson();
              // After the answer: how long it takes would tell in how many workspaces somebody is.
              afterwards.run(async () => {
                const userId = named && (await findNamedUser(db, named));
                await onEvent({ type: "user.sign_in_failed", ...(userId && { userId }), ...origin });
              });
            }
          }),
        },
      ],
    },
  }) satisfies BetterAuthPlugin;
