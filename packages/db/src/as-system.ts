import { sql } from "drizzle-orm";
import type { TenantTransaction } from "./database.ts";

/** A part of a tenant's transaction that runs as another role. */
export type SystemTransaction = Parameters<Parameters<TenantTransaction["transaction"]>[0]>[0];

/**
 * Runs `work` as the role `system` inside a tenant's transaction, so that a job is enqueued by the commit that causes it. The role
 * is back afterwards, whether `work` resolves or rejects; when it rejects, what it wrote is gone and the transaction can go on.
 */
export function asSystem<T>(tx: TenantTransaction, work: (tx: SystemTransaction) => Promise<T>): Promise<T> {
  return tx.transaction(async (savepoint) => {
    const { rows } = await savepoint.execute<{ role: string }>(
      sql`select current_setting('role') as role, set_config('role', 'system', true)`,
    );
    const result = await work(savepoint);
    await savepoint.execute(sql`select set_config('role', ${rows[0]?.role}, true)`);
    return result;
  });
}
