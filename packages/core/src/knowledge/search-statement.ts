import { type SQL, sql } from "drizzle-orm";
import { corpusOnceHeldIsPublished, hiddenOnceHeldIsPublished, type KnowledgeScope } from "./held-changes.ts";
import { wordsToWeigh } from "./rerank.ts";
import { verifiedAtOf } from "./verified-at.ts";

/** How many of the best by words, and of the best by meaning, are looked at with both measures. */
const candidates = 50;
/** What the words count for; the rest is for the meaning. */
const lexicalShare = 0.4;

export type SearchTerms = { question: string; vector: string; embedderId: string; scope?: KnowledgeScope };

/**
 * The best passages of a tenant, measured against all of its chunks. BM25 with k1 = 1.2 and b = .75, so that a term is worth at most 2.2
 * times its idf. Row-level security adds the tenant to every table; `term = any` and the equality of chunks can then use the indexes,
 * which the operators of full-text search could not.
 *
 * The first row also says what the question's words are worth.
 */
export const exactStatement = ({ question, vector, embedderId, scope }: SearchTerms): SQL => sql`
  with ${scopeOf(scope)}, ${askedTerms(question)}, hits as materialized (
    select p.term, p.chunk_id, p.frequency, p.length
    from postings p
    where p.term = any (array(select term from asked)) and not exists (select from hidden where id = p.chunk_id)
  ), weighed as materialized (
    select a.term, ${idf(sql`c.chunks`, sql`count(h.term)`)} as idf, c.total_length::float8 / greatest(c.chunks, 1) as usual_length
    from asked a cross join corpus c left join hits h using (term)
    group by a.term, c.chunks, c.total_length
  ), lexical as materialized (
    select h.chunk_id, sum(${worthOfHit}) / (select sum(idf) from weighed) as score
    from hits h join weighed w using (term)
    group by h.chunk_id
  ), near as materialized (
    select e.chunk_id, -(e.embedding <#> ${vector}::vector) as cosine
    from embeddings e
    where e.embedder_id = ${embedderId} and not exists (select from hidden where id = e.chunk_id)
  ), ${bestOfBoth(question)}
`;

/** Of a tenant with a vector index: how many chunks near the question are taken from it. */
const nearest = 100;
/** Postings that are read of the words that many chunks hold, the rarer words first. */
const commonPostings = 8_000;
/** Of words that are not even read so far: postings of the chunks that hold them more than once. */
const strongPostings = 20_000;
/** Chunks whose words are then looked at one by one. */
const pool = 400;

/**
 * The same measures for a tenant whose vectors are under an index and whose common words are counted (`indexKnowledge`), without
 * looking at all of its chunks. What is measured is measured exactly; what may be missed is a chunk that is not among the nearest
 * hundred and holds of the question's words only such as stand in very many chunks, each of them once.
 */
export const indexedStatement = (
  { question, vector, embedderId, scope }: SearchTerms,
  { tenantId, dimensions }: { tenantId: string; dimensions: number },
): SQL => {
  const half = sql.raw(`halfvec(${Math.trunc(dimensions)})`);
  return sql`
  with ${scopeOf(scope)}, ${askedTerms(question)}, counted as materialized (
    -- null: rare enough to be counted by reading all of its postings
    select a.term, round(k.chunks::float8 * c.chunks / greatest(c.counted_chunks, 1)) as chunks,
      sum(k.chunks) over (order by k.chunks nulls first, a.term) as postings
    from asked a cross join corpus c left join common_terms k using (term)
  ), hits as materialized (
    select p.term, p.chunk_id, p.frequency, p.length
    from postings p
    where p.term = any (array(select term from counted where chunks is null or postings <= ${commonPostings}))
      and not exists (select from hidden where id = p.chunk_id)
  ), strong as materialized (
    select p.term, p.chunk_id, p.frequency, p.length
    from postings p
    where p.term = any (array(select term from counted where chunks is not null and postings > ${commonPostings})) and p.frequency >= 2
      and not exists (select from hidden where id = p.chunk_id)
    limit ${strongPostings}
  ), weighed as materialized (
    select k.term, ${idf(sql`c.chunks`, sql`coalesce(max(k.chunks), count(h.term))`)} as idf,
      c.total_length::float8 / greatest(c.chunks, 1) as usual_length
    from counted k cross join corpus c left join hits h on h.term = k.term and k.chunks is null
    group by k.term, c.chunks, c.total_length
  ), nearest as materialized (
    -- named, so that no other tenant's partition is so much as planned for
    select n.chunk_id
    from nearest n
    where n.tenant_id = ${tenantId} and n.embedder_id = ${embedderId} and n.chunk_id not in (select id from hidden)
    order by (n.embedding::${half}) <#> ${vector}::${half}
    limit ${nearest}
  ), pool as materialized (
    (
      select chunk_id from (select * from hits union all select * from strong) h join weighed w using (term)
      group by chunk_id order by sum(${worthOfHit}) desc, chunk_id limit ${pool}
    )
    union
    select chunk_id from nearest
  ), looked_up as materialized (
    select h.term, h.chunk_id, h.frequency, h.length from hits h join pool using (chunk_id)
    union all
    select p.term, p.chunk_id, p.frequency, p.length
    from counted k cross join pool cross join lateral (
      select * from postings where term = k.term and chunk_id = pool.chunk_id offset 0
    ) p
    where k.chunks is not null and k.postings > ${commonPostings}
  ), lexical as materialized (
    select h.chunk_id, sum(${worthOfHit}) / (select sum(idf) from weighed) as score
    from looked_up h join weighed w using (term)
    group by h.chunk_id
  ), near as materialized (
    select e.chunk_id, -(e.embedding <#> ${vector}::vector) as cosine
    -- by their keys: of a tenant that it takes for one of the usual size, the planner would read all
    from embeddings e
    where e.embedder_id = ${embedderId} and e.chunk_id = any (array(select chunk_id from pool))
  ), ${bestOfBoth(question)}
`;
};

/** Settings of the index's scan: how many it keeps in view, and that it goes on as long as hidden chunks are in the way. */
export const indexedSettings = { "hnsw.ef_search": "200", "hnsw.iterative_scan": "strict_order" } as const;

/** Chunks of a version that is on its way in or out, or held, count nowhere, as if they were not there. Normally few or none. */
const hiddenChunks = sql`hidden as materialized (
    select c.id from document_versions v join chunks c on c.document_version_id = v.id where v.chunk_state = 'hidden'
  )`;

/** All that tells one scope from another: what is left out, and the sums over the rest. */
const scopeOf = (scope: KnowledgeScope = "live") =>
  scope === "live" ? hiddenChunks : sql`${hiddenOnceHeldIsPublished}, ${corpusOnceHeldIsPublished}`;

const askedTerms = (question: string) => sql`asked as materialized (
    select lexeme as term from unnest(to_tsvector('english', ${question}))
  )`;

const idf = (all: SQL, holding: SQL) => sql`ln(1 + (${all} - ${holding} + .5) / (${holding} + .5))`;

/** Of a hit `h` of a term `w`, over the 2.2 that it could be at most. */
const worthOfHit = sql`w.idf * h.frequency / (h.frequency + 1.2 * (.25 + .75 * h.length / w.usual_length))`;

/** From `lexical`, `near` and `weighed` on. */
const bestOfBoth = (question: string) => sql`candidates as (
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
  -- One by one, by their keys: of a tenant that it takes for one of the usual size, the planner would read all chunks and versions.
  from best b
    cross join lateral (select * from chunks where id = b.chunk_id offset 0) c
    cross join lateral (select * from document_versions where id = c.document_version_id offset 0) v
    cross join lateral (select * from documents where id = v.document_id offset 0) d
  order by b.score desc, d.path, c.start_offset`;
