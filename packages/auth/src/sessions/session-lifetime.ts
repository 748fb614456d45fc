import type { BetterAuthOptions } from "better-auth";

const idleSeconds = 30 * 60;
const absoluteMs = 8 * 3600 * 1000;

/** Ends after 30 minutes in which nobody came. */
export const sessionOptions = {
  expiresIn: idleSeconds,
  updateAge: 60,
  cookieCache: { enabled: false },
} as const satisfies BetterAuthOptions["session"];

export const sessionHooks = {
  create: {
    // Without "remember me" Better Auth would give a session a day, whatever `expiresIn` says.
    before: async (session: object) => ({
      data: { ...session, expiresAt: new Date(Date.now() + idleSeconds * 1000) },
    }),
  },
};

/** Whether the session has lived for 8 hours: then it is over, however busy. */
export function isTooOld(session: { createdAt: Date }): boolean {
  return Date.now() - session.createdAt.getTime() > absoluteMs;
}
