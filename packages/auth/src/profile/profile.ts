import { accountEndpoints, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { sql } from "drizzle-orm";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import { parseName } from "./names.ts";

type Options = { db: Database; onRenamed(userId: UserId, name: string): Promise<void>; onEvent: OnAccountEvent };

/** What a person says of themselves. */
export function profile({ db, onRenamed, onEvent }: Options) {
  const updateUser = createAuthEndpoint(
    "/update-user",
    { method: "POST", use: [sessionMiddleware], body: accountEndpoints["POST /api/auth/update-user"].body },
    async (context) => {
      const name = parseName(context.body.name);
      const userId = UserId.parse(context.context.session.user.id);
      await db.authDatabase().execute(sql`
        update auth."user" set name = ${name}, updated_at = now() where id = ${userId}`);
      await onRenamed(userId, name);
      await onEvent({ type: "profile.changed", userId, ...originOf(context.headers) });
      return { status: true };
    },
  );
  // Under the name of Better Auth's own endpoint, whose place it takes.
  return { id: "parley-profile", endpoints: { updateUser } } satisfies BetterAuthPlugin;
}
