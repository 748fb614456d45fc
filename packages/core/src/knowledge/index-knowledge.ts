import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { commonTerms, corpus, vectorIndexes } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { countCommonTerms } from "./count-common-terms.ts";
import type { Embedder } from "./passage.ts";
import { holdVectors, intoIndex } from "./vector-index.ts";

/** Vectors that go under the index in one transaction: a tenth of a second. */
const batchSize = 50;
/** Common words are counted anew when the tenant has so much more or fewer chunks than when they were counted. */
const mostDrift = 0.2;

export type IndexDeps = {
  db: Database;
  embedder: Pick<Embedder, "id" | "dimensions">;
  /** Chunks up to which a tenant's search looks at all of them. */
  exactUpTo: number;
};

/** Whether the tenant has grown past what a search can look at, and `indexKnowledge` has something to do. */
export async function needsIndex({ db, embedder, exactUpTo }: IndexDeps, tenantId: TenantId): Promise<boolean> {
  const { chunks, countedChunks } = corpus;
  const drift = sql`abs(${chunks} - ${countedChunks}) > ${mostDrift}::float8 * ${countedChunks}`;
  const [found] = await db.read(tenantId, (read) =>
    read
      .select({ needed: sql<boolean>`${chunks} > ${exactUpTo} and (${vectorIndexes.readyAt} is null or ${drift})` })
      .from(corpus)
      .leftJoin(vectorIndexes, eq(vectorIndexes.embedderId, embedder.id)),
  );
  return found?.needed ?? false;
}

/**
 * Puts a large tenant's vectors under an index of its own and counts its common words, a little in each transaction; from then on its
 * searches go by these. Documents come and go, and questions are answered, in the meantime.
 *
 * May be called again after it failed or its process died, and while another call still runs.
 *
 * @throws when the database fails or has no such index, or the signal's reason; then searches go on looking at everything
 */
export async function indexKnowledge(deps: IndexDeps, tenantId: TenantId, signal: AbortSignal): Promise<void> {
  if (!(await needsIndex(deps, tenantId))) return;
  const { db, embedder } = deps;
  await db.transaction(tenantId, async (tx) => {
    // Who writes vectors from here on, writes them under the index as well; who has begun before is waited for.
    await holdVectors(tx, { alone: true });
    await tx
      .insert(vectorIndexes)
      .values({ embedderId: embedder.id, dimensions: embedder.dimensions })
      .onConflictDoNothing();
    await tx.execute(sql`select app.make_vector_index(${embedder.id}, ${embedder.dimensions})`);
  });
  await fill(db, tenantId, embedder.id, signal);
  const counted = await countCommonTerms(db, tenantId, signal);
  await db.transaction(tenantId, async (tx) => {
    await tx.delete(commonTerms);
    await tx.execute(sql`
      insert into common_terms (term, chunks)
      select term, chunks from json_to_recordset(${JSON.stringify(counted.terms)}::json) as row (term text, chunks integer)`);
    await tx
      .update(vectorIndexes)
      .set({ readyAt: sql`now()` })
      .where(and(eq(vectorIndexes.embedderId, embedder.id), isNull(vectorIndexes.readyAt)));
    await tx.update(corpus).set({ countedChunks: counted.chunks });
  });
}

async function fill(db: Database, tenantId: TenantId, embedderId: string, signal: AbortSignal): Promise<void> {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    signal.throwIfAborted();
    const batch = sql`
      select chunk_id, embedder_id, embedding from embeddings
      where embedder_id = ${embedderId} and chunk_id > ${after} order by chunk_id limit ${batchSize}`;
    const last = await db.transaction(tenantId, async (tx) => {
      // A chunk that is being deleted is no longer there once its lock is had.
      const { rows } = await tx.execute<{ last: string | null }>(sql`
        with batch as materialized (${batch}), written as (
          ${intoIndex(sql`select batch.* from batch join chunks c on c.id = batch.chunk_id for key share of c`)}
        )
        select max(chunk_id::text) as last from batch`);
      return rows[0]?.last;
    });
    if (!last) return;
    after = last;
  }
}
