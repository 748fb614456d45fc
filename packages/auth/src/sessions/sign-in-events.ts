import { UserId } from "@parley/contracts";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthMiddleware, isAPIError } from "better-auth/api";
import { type OnAccountEvent, originOf } from "../account-events.ts";

/** Tells of every sign-in by a provider that worked or failed, and of every sign-out. */
export const signInEvents = (onEvent: OnAccountEvent) =>
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
            }
          }),
        },
      ],
    },
  }) satisfies BetterAuthPlugin;
