import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { type SQL, sql } from "drizzle-orm";
import type { Embedder, Passage, RankedPassage } from "./passage.ts";
import { rerank, wordsToWeigh } from "./rerank.ts";
import { toVectorText } from "./vector-text.ts";
import { verifiedAtOf } from "./verified-at.ts";

/** How many of the best by words, and of the best by meaning, are looked at with both measures. */
const candidates = 50;
/** What the words count for; the rest is for the meaning. */
const lexicalShare = 0.4;
/** What looking at the candidates' sentences may take; they are looked at in some 5 ms. */
const rerankTimeoutMs = 50;

/**
 * The chunks most likely to answer `question`, best first: exact BM25 and the exact cosine, fused, and the best of them put in order
 * by their sentences. What is measured is the tenant's own: no other tenant's documents change a score or its rank.
 *
 * @param question a person's words; what is beyond the embedder's length counts for the words alone
 * @param options.limit passages to return, 1 to 50
 * @returns empty when nothing is ready to be searched
 */
export async function searchKnowledge(
  db: Database,
  embedder: Embedder,
  tenantId: TenantId,
  question: string,
  { limit }: { limit: number },
): Promise<RankedPassage[]> {
  const [vector] = await embedder.embed([question], { urgent: true });
  if (!vector) throw new Error("the embedder returned no vector");
  const { rows } = await db.read(tenantId, (read) =>
    read.execute<Passage & { idf: Record<string, number> | null }>(
      searchStatement(question, toVectorText(vector), embedder.id),
    ),
  );
  const candidates = rows.map(({ idf: _, ...passage }) => passage);
  return rerank(question, candidates, rows[0]?.idf ?? {}, { timeoutMs: rerankTimeoutMs }).slice(0, limit);
}

/**
 * BM25 with k1 = 1.2 and b = .75, so that a term is worth at most 2.2 times its idf. Row-level security adds the tenant to every
 * table; `term = any` and the equality of chunks can then use the indexes, which the operators of full-text search could not.
 *
 * `hidden` is normally empty: chunks of a version that is on its way in or out count nowhere, as if they were not there.
 *
 * The first row also says what the question's words are worth.
 */
export const searchStatement = (question: string, vector: string, embedderId: string): SQL => sql`
  with hidden as materialized (
    select c.id from document_versions v join chunks c on c.document_version_id = v.id where v.chunk_state = 'hidden'
  ), asked as materialized (
    select lexeme as term from unnest(to_tsvector('english', ${question}))
  ), hits as materialized (
    select p.term, p.chunk_id, p.frequency, p.length
    from postings p
    where p.term = any (array(select term from asked)) and not exists (select from hidden where id = p.chunk_id)
  ), weighed as materialized (
    select a.term, ln(1 + (c.chunks - count(h.term) + .5) / (count(h.term) + .5)) as idf,
      c.total_length::float8 / greatest(c.chunks, 1) as usual_length
    from asked a cross join corpus c left join hits h using (term)
    group by a.term, c.chunks, c.total_length
  ), lexical as materialized (
    select h.chunk_id,
      sum(w.idf * h.frequency / (h.frequency + 1.2 * (.25 + .75 * h.length / w.usual_length)))
        / (select sum(idf) from weighed) as score
    from hits h join weighed w using (term)
    group by h.chunk_id
  ), near as materialized (
    select e.chunk_id, -(e.embedding <#> ${vector}::vector) as cosine
    from embeddings e
    where e.embedder_id = ${embedderId} and not exists (select from hidden where id = e.chunk_id)
  ), candidates as (
    (select chunk_id from lexical order by score desc, chunk_id limit ${candidates})
    union
    (select chunk_id from near order by cosine desc, chunk_id limit ${candidates})
  ), best as materialized (
    select chunk_id, lexical, cosine, ${lexicalShare}::float8 * lexical + (1 - ${lexicalShare}::float8) * cosine as score
    from (
      select chunk_id, coalesce(l.score, 0)::float8 as lexical, greatest(coalesce(n.cosine, 0), 0)::float8 as cosine
      from candidates left join lexical l using (chunk_id) left join near n using (chunk_id)
    ) as measured
    order by score desc, chunk_id
    limit ${candidates}
  ), worth as (
    select word, max(w.idf) as idf
    from json_array_elements_text(${JSON.stringify(wordsToWeigh(question))}::json) as word
      cross join lateral unnest(to_tsvector('english', word)) as known
      join weighed w on w.term = known.lexeme
    group by word
  )
  select c.id as "chunkId", d.id as "documentId", v.id as "documentVersionId", v.title, d.path,
    v.media_type as "mediaType", ${verifiedAtOf(sql`v`)} as "verifiedAt", c.heading_path as "headingPath", c.start_offset as "start", c.end_offset as "end", c.text,
    b.score, b.lexical, b.cosine,
    case row_number() over (order by b.score desc, d.path, c.start_offset)
      when 1 then (select json_object_agg(word, idf) from worth) end as idf
  from best b
    join chunks c on c.id = b.chunk_id
    join document_versions v on v.id = c.document_version_id
    join documents d on d.id = v.document_id
  order by b.score desc, d.path, c.start_offset
`;
