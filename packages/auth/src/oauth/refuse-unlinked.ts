import type { Database } from "@parley/db";
import { createAuthMiddleware, getOAuthState, isAPIError } from "better-auth/api";
import { deleteSessionCookie } from "better-auth/cookies";
import { sql } from "drizzle-orm";
import { namedPerson } from "./named-person.ts";

/**
 * Comes first after a callback: by a provider that was unlinked since its account was found nobody has signed in. Whoever links one in a
 * session that has ended gets back to their page.
 */
export const refuseUnlinked = (db: Database) =>
  createAuthMiddleware(async (context) => {
    const { newSession: begun, returned, internalAdapter, options } = context.context;
    const back = async (error: string) => {
      const page = new URL((await getOAuthState())?.errorURL ?? options.onAPIError?.errorURL ?? "");
      page.searchParams.set("error", error);
      return context.redirect(page.href);
    };
    if (isAPIError(returned) && returned.body?.code === "UNAUTHORIZED") throw await back("session_ended");
    if (!begun) return;
    // Waits for whoever is unlinking it. Whoever does so later ends this session, too.
    const { rows } = await db.authDatabase().execute(sql`
      select 1 from auth.account
      where user_id = ${begun.user.id} and provider_id = ${context.params?.id} and account_id = ${(await namedPerson())?.account ?? null}
      for share`);
    if (rows.length > 0) return;
    await internalAdapter.deleteSession(begun.session.token);
    deleteSessionCookie(context, true);
    context.context.setNewSession(null);
    throw await back("account_not_linked");
  });
