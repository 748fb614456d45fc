import { randomUUID } from "node:crypto";
import type { DocumentVersionId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { sql } from "drizzle-orm";
import type { Chunk } from "./chunk-document.ts";
import { intoIndex } from "./vector-index.ts";
import { toVectorText } from "./vector-text.ts";

/** A chunk as it is sent to the database, with the words to index and the vector of them. */
export type ChunkRow = ReturnType<typeof toRow>;

export function toRow(
  { ordinal, start, end, headingPath, text }: Chunk,
  words = text,
  vector: Float32Array = new Float32Array(),
) {
  return { id: randomUUID(), ordinal, start, end, headingPath, text, words, vector: toVectorText(vector) };
}

/** Writes chunks with their embeddings and postings, in one statement. Whoever writes holds the tenant's vectors. */
export async function writeChunks(
  tx: TenantTransaction,
  versionId: DocumentVersionId,
  embedderId: string,
  rows: readonly ChunkRow[],
): Promise<void> {
  await tx.execute(sql`
    with given as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as row (
        "id" uuid, "ordinal" integer, "start" integer, "end" integer, "headingPath" text[], "text" text, "words" text, "vector" text
      )
    ), terms as materialized (
      select id, lexeme as term, cardinality(positions) as frequency
      from given, unnest(to_tsvector('english', words))
    ), lengths as materialized (
      select given.id, coalesce(sum(frequency), 0)::integer as length
      from given left join terms on terms.id = given.id
      group by given.id
    ), written as (
      insert into chunks (id, document_version_id, ordinal, start_offset, end_offset, heading_path, text, length)
      select id, ${versionId}, ordinal, "start", "end", "headingPath", text, length from given join lengths using (id)
    ), embedded as (
      insert into embeddings (chunk_id, embedder_id, embedding) select id, ${embedderId}, vector::vector from given
      returning chunk_id, embedder_id, embedding
    ), indexed as (
      ${intoIndex(sql`select chunk_id, embedder_id, embedding from embedded`)}
    )
    insert into postings (term, chunk_id, frequency, length)
    select term, id, frequency, length from terms join lengths using (id)
  `);
}
