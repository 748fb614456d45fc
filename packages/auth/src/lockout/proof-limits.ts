import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthMiddleware, getSessionFromCtx, isAPIError } from "better-auth/api";
import { accountError } from "../account-error.ts";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import { currentSession } from "../sessions/current-session.ts";
import type { FoundSession } from "../sessions/sessions.ts";
import type { Attempts, Subject, Verdict } from "./attempts.ts";
import type { TellLocked } from "./tell-locked.ts";

/** Where a password is asked for besides signing in. */
const paths = ["/change-password", "/change-email", "/verify-email"];
const wrong = ["INVALID_PASSWORD", "INVALID_EMAIL_OR_PASSWORD"];

/** Where somebody who is signed in gives their password. */
const ofSessions = ["/change-password", "/change-email", "/confirm"];

type Options = { attempts: Attempts; tellLocked: TellLocked; onEvent: OnAccountEvent };

/**
 * After five wrong passwords nobody guesses on with a session or a link that is not theirs, from however many addresses; each is told of,
 * and so is the lock to whoever's session it is.
 */
export function proofLimits({ attempts, tellLocked, onEvent }: Options) {
  /** How the try was counted that came with the session: one object for each request. */
  const verdicts = new WeakMap<FoundSession, Verdict>();

  async function tellIfLocked({ headers }: GenericEndpointContext): Promise<void> {
    const found = currentSession();
    if (!found || !verdicts.get(found)?.locks) return;
    await tellLocked(originOf(headers), found.user, { kind: "confirmation", of: found.user.id });
  }

  async function subjectOf(context: GenericEndpointContext): Promise<Subject | undefined> {
    if (context.path === "/verify-email") {
      const { token }: { token?: unknown } = context.body ?? {};
      return typeof token === "string" ? { kind: "confirmation", of: `link ${token}` } : undefined;
    }
    const session = await getSessionFromCtx(context);
    return session ? { kind: "confirmation", of: session.user.id } : undefined;
  }
  const matcher = ({ path }: { path?: string | undefined }) => path !== undefined && paths.includes(path);

  return {
    id: "parley-proof-limits",
    hooks: {
      before: [
        {
          matcher,
          handler: createAuthMiddleware(async (context) => {
            const subject = await subjectOf(context);
            const verdict = subject && (await attempts.take(subject));
            if (!verdict) return;
            const found = currentSession();
            if (found?.user.id === subject.of) verdicts.set(found, verdict);
            if (verdict.allowed) return;
            await tellIfLocked(context);
            throw accountError("TOO_MANY_ATTEMPTS", verdict);
          }),
        },
      ],
      after: [
        {
          matcher,
          handler: createAuthMiddleware(async (context) => {
            const { returned } = context.context;
            const subject = await subjectOf(context);
            if (!subject) return;
            if (!isAPIError(returned)) await attempts.clear(subject);
            else if (!wrong.includes(String(returned.body?.code))) await attempts.giveBack(subject);
            else await tellIfLocked(context);
          }),
        },
        {
          matcher: ({ path }) => path !== undefined && ofSessions.includes(path),
          handler: createAuthMiddleware(async (context) => {
            const { returned } = context.context;
            const userId = currentSession()?.user.id;
            if (userId && isAPIError(returned) && returned.body?.code === "INVALID_PASSWORD")
              await onEvent({ type: "password.failed", userId, ...originOf(context.headers) });
          }),
        },
      ],
    },
  } satisfies BetterAuthPlugin;
}
