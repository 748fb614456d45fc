import type { ChunkId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";

/** A word of a question, with what it counts in a search by words. */
export type WeighedWord = {
  /** As it was asked. */
  word: string;
  /** Its idf: the rarer, the more; from 0. */
  worth: number;
  /** How many chunks hold it, in whatever form. */
  chunks: number;
  /** By chunk, of those that were asked about: what it adds to the chunk's `lexical`. None where the chunk does not hold it. */
  shares: Record<ChunkId, number>;
};

/**
 * What each word of the question is worth, and what it adds to the `lexical` of each of the chunks: the sum that `searchStatement` makes,
 * part by part. Words that say nothing ("the") are left out. In the order of the question.
 *
 * @param chunkIds of one search; what is not searched any more has no shares
 */
export async function weighWords(
  db: Database,
  tenantId: TenantId,
  question: string,
  chunkIds: readonly ChunkId[],
): Promise<WeighedWord[]> {
  const { rows } = await db.read(tenantId, (read) =>
    read.execute<WeighedWord>(sql`
      with hidden as materialized (
        select c.id from document_versions v join chunks c on c.document_version_id = v.id where v.chunk_state = 'hidden'
      ), asked as materialized (
        select distinct on (lexeme) lexeme as term, token as word, place
        from ts_debug('english', ${question})
          with ordinality as parsed(alias, description, token, dictionaries, dictionary, lexemes, place)
          cross join lateral unnest(lexemes) as lexeme
        order by lexeme, place
      ), hits as materialized (
        select p.term, p.chunk_id, p.frequency, p.length
        from postings p
        where p.term = any (array(select term from asked)) and not exists (select from hidden where id = p.chunk_id)
      ), weighed as materialized (
        select a.term, a.word, a.place, count(h.term)::integer as chunks,
          ln(1 + (c.chunks - count(h.term) + .5) / (count(h.term) + .5))::float8 as worth,
          c.total_length::float8 / greatest(c.chunks, 1) as usual_length
        from asked a cross join corpus c left join hits h using (term)
        group by a.term, a.word, a.place, c.chunks, c.total_length
      )
      select w.word, w.worth, w.chunks, coalesce((
        select json_object_agg(h.chunk_id, w.worth * h.frequency
          / (h.frequency + 1.2 * (.25 + .75 * h.length / w.usual_length)) / (select sum(worth) from weighed))
        from hits h
        where h.term = w.term
          and h.chunk_id in (select id::uuid from json_array_elements_text(${JSON.stringify(chunkIds)}::json) as id)
      ), '{}') as shares
      from weighed w
      order by w.place
    `),
  );
  return rows;
}
