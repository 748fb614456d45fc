import { accountEndpoints, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, createAuthMiddleware, isAPIError } from "better-auth/api";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { type OnAccountEvent, originOf } from "../account-events.ts";

import type { Attempts, Subject } from "./attempts.ts";
import { personOf, readKnownDevice, rememberDevice } from "./known-device.ts";
import { digestOf, type TellLocked } from "./tell-locked.ts";

type Options = {
  db: Database;
  attempts: Attempts;
  onEvent: OnAccountEvent;
  tellLocked: TellLocked;
};

/**
 * After five wrong passwords an account is locked for 15 minutes, on every device but those where its person has signed in before:
 * each of these has a count of its own, so a stranger locks nobody out. The answers to a locked account are the same whether it
 * exists and whether the password is right. An address that fails with many accounts is stopped before it locks them.
 */
export function lockout({ db, attempts, onEvent, tellLocked }: Options) {
  const addressOf = (context: GenericEndpointContext): Subject => ({
    kind: "address",
    of: countedAddress(originOf(context.headers).ip ?? ""),
  });

  /** Against whom a guess counts. */
  async function whoseGuess(context: GenericEndpointContext, email: string): Promise<Subject> {
    const device = await readKnownDevice(context);
    return device?.people.includes(personOf(attempts, email))
      ? { kind: "device", of: `${device.id} ${personOf(attempts, email)}` }
      : { kind: "account", of: email };
  }

  return {
    id: "parley-lockout",
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === "/sign-in/email",
          handler: createAuthMiddleware(async (context) => {
            const email = emailOf(context);
            if (!email) return; // refused for its shape
            const address = await attempts.take(addressOf(context));
            if (!address.allowed) throw accountError("rate.exceeded", address);
            const verdict = await attempts.take(await whoseGuess(context, email));
            if (verdict.allowed) return;
            const known = await context.context.internalAdapter.findUserByEmail(email);
            const userId = known && UserId.parse(known.user.id);
            await onEvent({ type: "user.sign_in_failed", ...(userId && { userId }), ...originOf(context.headers) });
            throw accountError("TOO_MANY_ATTEMPTS", verdict);
          }),
        },
      ],
      after: [
        {
          matcher: ({ path }) => path === "/sign-in/email",
          handler: createAuthMiddleware(async (context) => {
            const email = emailOf(context);
            if (!email) return;
            const subject = await whoseGuess(context, email);
            if (!isAPIError(context.context.returned)) {
              await attempts.giveBack(addressOf(context));
              await attempts.clear(subject);
              if (context.context.newSession) await rememberDevice(context, personOf(attempts, email));
            } else if (await attempts.isNewlyLocked(subject)) {
              const known = await context.context.internalAdapter.findUserByEmail(email);
              if (known) await tellLocked(context, known.user, subject);
            }
          }),
        },
      ],
    },
    endpoints: {
      unlock: createAuthEndpoint(
        "/unlock",
        { method: "POST", body: accountEndpoints["POST /api/auth/unlock"].body },
        async (context) => {
          const { rows } = await db.authDatabase().execute<{ subject: string; userId: string }>(sql`
            delete from auth.unlock where token_digest = ${digestOf(context.body.token)} and ends_at > now()
            returning subject, user_id as "userId"`);
          const [lock] = rows;
          if (!lock) throw accountError("INVALID_TOKEN");
          await attempts.clearKey(lock.subject);
          await onEvent({ type: "user.unlocked", userId: UserId.parse(lock.userId), ...originOf(context.headers) });
          return { status: true };
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

/** As Better Auth looks it up. */
function emailOf(context: GenericEndpointContext): string | undefined {
  const { email }: { email?: unknown } = context.body ?? {};
  return typeof email === "string" && email.length <= 320 ? email.toLowerCase() : undefined;
}
