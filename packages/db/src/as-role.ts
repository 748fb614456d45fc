import { sql } from "drizzle-orm";
import type { TenantTransaction } from "./database.ts";

/** A part of a tenant's transaction that runs as another role. */
export type RoleTransaction = Parameters<Parameters<TenantTransaction["transaction"]>[0]>[0];

/**
 * Runs `work` as another role inside a tenant's transaction: as `system`, so that a job is enqueued by the commit that causes it, or as
 * `auth`, so that sessions know of it by the same commit. The role is back afterwards, whether `work` resolves or rejects; when it
 * rejects, what it wrote is gone and the transaction can go on.
 */
export function asRole<T>(
  role: "system" | "auth",
  tx: TenantTransaction,
  work: (tx: RoleTransaction) => Promise<T>,
): Promise<T> {
  return tx.transaction(async (savepoint) => {
    const { rows } = await savepoint.execute<{ role: string }>(
      sql`select current_setting('role') as role, set_config('role', ${role}, true)`,
    );
    const result = await work(savepoint);
    await savepoint.execute(sql`select set_config('role', ${rows[0]?.role}, true)`);
    return result;
  });
}
