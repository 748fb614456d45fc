import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import type { Embedder } from "./passage.ts";

/** Vectors that are deleted at a time. */
const batchSize = 200;

/** Deletes the vectors of embedders that the tenant has neither now nor next, a few in each transaction. */
export async function clearVectors(
  db: Database,
  builtIn: Embedder,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<void> {
  const kept = sql`(
    select embedder_id from tenant_embedders
    union all
    select ${builtIn.id}::text where not exists (select from tenant_embedders where state = 'current')
  )`;
  // First, so that no index is searched whose vectors go.
  await db.transaction(tenantId, (tx) => tx.execute(sql`delete from vector_indexes where embedder_id not in ${kept}`));
  for (const table of ["nearest", "embeddings"].map((name) => sql.identifier(name))) {
    // Each batch begins where the one before it ended: what is kept is looked at once.
    let after: string | null = "00000000-0000-0000-0000-000000000000";
    while (after !== null) {
      signal.throwIfAborted();
      const from: string = after;
      after = await db.transaction(tenantId, async (tx) => {
        const { rows } = await tx.execute<{ last: string | null }>(sql`
          with batch as materialized (
            select chunk_id, embedder_id from ${table}
            where chunk_id >= ${from} and embedder_id not in ${kept} order by chunk_id limit ${batchSize}
          ), deleted as (
            delete from ${table} where (chunk_id, embedder_id) in (select chunk_id, embedder_id from batch)
          )
          select max(chunk_id::text) as last from batch`);
        return rows[0]?.last ?? null;
      });
    }
  }
}
