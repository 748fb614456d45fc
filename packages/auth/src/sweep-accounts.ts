import type { Database } from "@parley/db";
import { type SQL, sql } from "drizzle-orm";
import { isAlive } from "./sessions/alive.ts";
import { isForgottenSignUp } from "./sign-up/forgotten-sign-up.ts";

/** Rows that one statement deletes at most: whoever signs in meanwhile waits for no more than these. */
const batchSize = 1_000;

/** What is of no use any more, by table. The statement's row is called `s`. */
const over: readonly [table: string, condition: SQL][] = [
  ["session", sql`not ${isAlive}`],
  ["attempt", sql`s.ends_at < now()`],
  ["unlock", sql`s.ends_at < now()`],
  ["challenge", sql`s.ends_at < now()`],
  ["trusted_device", sql`s.ends_at < now()`],
  ["mail_token", sql`s.ends_at < now()`],
  ["verification", sql`s.expires_at < now()`],
  ["user", isForgottenSignUp],
];

/**
 * Deletes what time has ended: sessions, counts of tries, links and challenges that nobody used, and sign-ups that nobody confirmed. Several processes may do so at
 * once; each takes other rows. It looks at the signal between batches.
 *
 * @returns how many rows are gone
 */
export async function sweepAccounts(db: Database, signal?: AbortSignal): Promise<number> {
  let gone = 0;
  for (const [table, condition] of over) {
    for (let last = batchSize; last === batchSize && !signal?.aborted; gone += last) {
      const { rows } = await db.authDatabase().execute(sql`
        delete from auth.${sql.identifier(table)} where ctid = any (array(
          select s.ctid from auth.${sql.identifier(table)} s where ${condition} limit ${batchSize} for update skip locked))
        returning 1`);
      last = rows.length;
    }
  }
  return gone;
}
