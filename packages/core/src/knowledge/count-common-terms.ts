import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { type SQL, sql } from "drizzle-orm";

/** A word that more chunks hold is common: a search does not read all of its postings to count them. */
const rareUpTo = 1_000;
/** Postings that are counted in one statement: some 50 ms. */
const window = 50_000;

/** Of a version that is on its way in or out, or waits to be published: that counts for nothing. */
const hiddenChunks = sql`hidden as materialized (
  select c.id from document_versions v join chunks c on c.document_version_id = v.id where v.chunk_state = 'hidden'
)`;

/** In how many of the tenant's chunks each common word stands, counted a little at a time; and how many chunks there are. */
export async function countCommonTerms(
  db: Database,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<{ chunks: number; terms: { term: string; chunks: number }[] }> {
  const [size] = (await db.read(tenantId, (read) => read.execute<{ chunks: number }>(sql`select chunks from corpus`)))
    .rows;
  const terms: { term: string; chunks: number }[] = [];
  let after = "";
  for (;;) {
    signal.throwIfAborted();
    const rows = await count(sql`select * from postings where term > ${after} order by term limit ${window}`);
    const isLast = rows.reduce((sum, row) => sum + row.postings, 0) < window;
    // Where the window ends within a word, that one is counted by itself, or by the next window.
    const whole = isLast
      ? rows
      : rows.length > 1
        ? rows.slice(0, -1)
        : await count(sql`select * from postings where term = ${rows[0]?.term ?? ""}`);
    for (const { term, chunks } of whole) if (chunks > rareUpTo) terms.push({ term, chunks });
    if (isLast) return { chunks: size?.chunks ?? 0, terms };
    after = whole.at(-1)?.term ?? "";
  }

  /** @returns of each word all postings, and how many chunks that is that count */
  async function count(postings: SQL) {
    const { rows } = await db.read(tenantId, (read) =>
      read.execute<{ term: string; postings: number; chunks: number }>(sql`
        with ${hiddenChunks}
        select term, count(*)::integer as postings, (count(*) - count(hidden.id))::integer as chunks
        from (${postings}) as part left join hidden on hidden.id = part.chunk_id
        group by term order by term`),
    );
    return rows;
  }
}
