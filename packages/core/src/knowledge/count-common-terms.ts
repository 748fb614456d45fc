import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";

/** A word that more chunks hold is common: a search does not read all of its postings to count them. */
const rareUpTo = 1_000;
/** Postings that are counted in one statement: some 50 ms. */
const window = 50_000;

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
    const { rows } = await db.read(tenantId, (read) =>
      read.execute<{ term: string; chunks: number }>(sql`
        select term, count(*)::integer as chunks
        from (select term from postings where term > ${after} order by term limit ${window}) as part
        group by term order by term`),
    );
    const isLast = rows.reduce((sum, row) => sum + row.chunks, 0) < window;
    // Where the window ends within a word, that one is counted by itself, or by the next window.
    const whole = isLast ? rows : rows.length > 1 ? rows.slice(0, -1) : [await countOne(rows[0]?.term ?? "")];
    terms.push(...whole.filter((row) => row.chunks > rareUpTo));
    if (isLast) return { chunks: size?.chunks ?? 0, terms };
    after = whole.at(-1)?.term ?? "";
  }

  async function countOne(term: string) {
    const { rows } = await db.read(tenantId, (read) =>
      read.execute<{ chunks: number }>(sql`select count(*)::integer as chunks from postings where term = ${term}`),
    );
    return { term, chunks: rows[0]?.chunks ?? 0 };
  }
}
