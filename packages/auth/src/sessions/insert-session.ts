import { randomBytes, randomUUID } from "node:crypto";
import type { TenantTransaction } from "@parley/db";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import type { Origin } from "../account-events.ts";

/**
 * Begins a session in the transaction that makes sure of whose it is: what ends all sessions of theirs comes before it or ends it, too.
 *
 * @param options.secondFactor whether a code has come just now
 * @returns it as Better Auth's `setSessionCookie` wants one
 */
export async function insertSession(
  tx: TenantTransaction,
  { userId, origin, secondFactor }: { userId: string; origin: Origin; secondFactor: boolean },
) {
  const [id, token, now] = [randomUUID(), randomBytes(24).toString("base64url"), new Date()];
  const [ipAddress, userAgent] = [origin.ip ?? "", origin.userAgent ?? ""];
  await tx.execute(sql`
    insert into auth.session
      (id, token, user_id, ip_address, user_agent, second_factor, expires_at, created_at, updated_at)
    values (${id}, ${token}, ${userId}, ${ipAddress}, ${userAgent}, ${secondFactor}, now(), now(), now())`);
  return { id, token, userId, ipAddress, userAgent, expiresAt: now, createdAt: now, updatedAt: now };
}

/**
 * The same in the place of all that the person has. `lockPersonOf` comes first.
 *
 * @param options.former id of the session that asks for it
 * @throws `UNAUTHORIZED` when that one is over, signed out or replaced by another sign-in of its browser
 */
export async function replaceSessions(
  tx: TenantTransaction,
  { former, ...session }: Parameters<typeof insertSession>[1] & { former: string },
) {
  const { rows } = await tx.execute<{ id: string }>(sql`
    delete from auth.session where user_id = ${session.userId} returning id`);
  if (!rows.some(({ id }) => id === former)) throw accountError("UNAUTHORIZED");
  return insertSession(tx, session);
}
