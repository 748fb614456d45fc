import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { Embedder, Passage, RankedPassage } from "./passage.ts";
import { rerank } from "./rerank.ts";
import { exactStatement, indexedSettings, indexedStatement } from "./search-statement.ts";
import { findVectorIndex } from "./vector-index.ts";
import { toVectorText } from "./vector-text.ts";

/** What looking at the candidates' sentences may take; they are looked at in some 5 ms. */
const rerankTimeoutMs = 50;

/**
 * The chunks most likely to answer `question`, best first: BM25 and the cosine, fused, and the best of them put in order by their
 * sentences. What is measured is the tenant's own: no other tenant's documents change a score or its rank. All of a tenant's chunks are
 * looked at, unless they are so many that they are under an index of their own.
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
  const [[embedded], index] = await Promise.all([
    embedder.embed([question], { urgent: true }),
    findVectorIndex(db, tenantId, embedder.id),
  ]);
  if (!embedded) throw new Error("the embedder returned no vector");
  const terms = { question, vector: toVectorText(embedded), embedderId: embedder.id };
  const statement = index ? indexedStatement(terms, { tenantId, ...index }) : exactStatement(terms);
  const { rows } = await db.read(
    tenantId,
    (read) => read.execute<Passage & { idf: Record<string, number> | null }>(statement),
    index && { settings: indexedSettings },
  );
  const candidates = rows.map(({ idf: _, ...passage }) => passage);
  return rerank(question, candidates, rows[0]?.idf ?? {}, { timeoutMs: rerankTimeoutMs }).slice(0, limit);
}
