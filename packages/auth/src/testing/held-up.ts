import { AsyncLocalStorage } from "node:async_hooks";
import type { Database } from "@parley/db";
import { type SQL, sql } from "drizzle-orm";
import { expect } from "vitest";

/**
 * Does in a transaction what holds the work up, and commits once so many others wait, for it or for each other.
 *
 * @returns what became of the work
 */
export async function heldUp<T>(db: Database, first: readonly SQL[], work: () => readonly Promise<T>[]): Promise<T[]> {
  const outside = AsyncLocalStorage.snapshot();
  const begun = Promise.withResolvers<readonly Promise<T>[]>();
  await db.transaction("auth", async (tx) => {
    for (const statement of first) await tx.execute(statement);
    const running = outside(work);
    begun.resolve(running);
    const waiting = async () => {
      // Otherwise the first look counts for the whole transaction, and a connection that is opened after it is never seen.
      await tx.execute(sql`select pg_stat_clear_snapshot()`);
      const { rows } = await tx.execute<{ count: number }>(sql`
        select count(distinct pid)::int as count from pg_locks join pg_stat_activity using (pid)
        where not granted and datname = current_database()`);
      return rows[0]?.count ?? 0;
    };
    await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThanOrEqual(running.length);
  });
  return Promise.all(await begun.promise);
}
