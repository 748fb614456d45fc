import type { TenantTransaction } from "@parley/db";
import { type SQL, sql } from "drizzle-orm";

/** What `holdVectors` takes: the first of two numbers, the tenant is the other one. */
const lockKind = 0x7ec7;

/**
 * Before vectors are written: to the end of the transaction, what is decided about the tenant's vectors as a whole does not change.
 * Whoever decides, `alone`, waits until nobody writes any.
 */
export async function holdVectors(tx: TenantTransaction, { alone = false } = {}): Promise<void> {
  const lock = sql.raw(alone ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared");
  await tx.execute(sql`select ${lock}(${lockKind}, hashtext(app.tenant_id()::text))`);
}

/**
 * Puts vectors under the tenant's index, if it has one or is about to; those that are there already stay.
 *
 * @param rows a query of (chunk_id, embedder_id, embedding)
 */
export const intoIndex = (rows: SQL): SQL => sql`
  insert into nearest (chunk_id, embedder_id, embedding)
  select chunk_id, embedder_id, embedding::halfvec from (${rows}) as written
  where embedder_id in (select embedder_id from vector_indexes)
  on conflict do nothing`;
