import type { TenantTransaction } from "@parley/db";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import type { FoundSession } from "./sessions.ts";

type Transaction = Pick<TenantTransaction, "execute">;

/**
 * Comes first in whatever ends all sessions of somebody, or begins one in their place: of two such changes the second sees what the
 * first has made of the account, and no session that is begun outlives an end that comes after it. Signing in does not wait for it.
 *
 * @returns false when there is nobody of this id
 */
export async function lockPerson(tx: Transaction, userId: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`select 1 from auth."user" where id = ${userId} for no key update`);
  return rows.length > 0;
}

/**
 * The same for whoever asks in a session, which was found a moment ago and perhaps by way of a cache: what it is to change lasts. The session
 * itself is not locked: sign-ins and changes of roles lock what else they need before they come to sessions.
 *
 * @throws `UNAUTHORIZED` when it has been ended meanwhile
 */
export async function lockPersonOf(tx: Transaction, { user, session }: FoundSession): Promise<void> {
  await lockPerson(tx, user.id);
  const { rows } = await tx.execute(sql`select 1 from auth.session where id = ${session.id}`);
  if (rows.length === 0) throw accountError("UNAUTHORIZED");
}
