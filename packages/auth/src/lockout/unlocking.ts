import { accountEndpoints, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import type { Attempts } from "./attempts.ts";
import { digestOf } from "./tell-locked.ts";

/** The mailed way out of a lock. */
export function unlocking({ db, attempts, onEvent }: { db: Database; attempts: Attempts; onEvent: OnAccountEvent }) {
  return {
    id: "parley-unlocking",
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
