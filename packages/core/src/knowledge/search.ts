import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { EmbedderError } from "./embedder-error.ts";
import { enterSpending } from "./enter-spending.ts";
import type { KnowledgeScope } from "./held-changes.ts";
import type { Embedder, EmbeddingSpent, Passage, RankedPassage } from "./passage.ts";
import { rerank } from "./rerank.ts";
import { exactStatement, indexedSettings, indexedStatement } from "./search-statement.ts";
import { findChoices, findChoicesAndIndexes, noteFailure, openEmbedder } from "./tenant-embedder.ts";
import { toVectorText } from "./vector-text.ts";

/**
 * The chunks most likely to answer `question`, best first: BM25 and the cosine, fused, and the best of them put in order by their
 * sentences. What is measured is the tenant's own: no other tenant's documents change a score or its rank. All of a tenant's chunks are
 * looked at, unless they are so many that they are under an index of their own.
 *
 * @param question a person's words; what is beyond the embedder's length counts for the words alone
 * @param options.limit passages to return, 1 to 50
 * @param options.scope by default, what is in use
 * @returns empty when nothing is ready to be searched
 */
export async function searchKnowledge(
  db: Database,
  embedder: Embedder,
  tenantId: TenantId,
  question: string,
  { limit, scope = "live" }: { limit: number; scope?: KnowledgeScope | undefined },
): Promise<RankedPassage[]> {
  const found = await search(db, embedder, tenantId, question, scope);
  const rows = found.isCurrent ? found.rows : (await search(db, embedder, tenantId, question, scope)).rows;
  const candidates = rows.map(({ idf: _, ...passage }) => passage);
  return rerank(question, candidates, rows[0]?.idf ?? {}).slice(0, limit);
}

type Row = Passage & { idf: Record<string, number> | null };

/** `isCurrent`: the tenant's vectors are still of the embedder that they were searched with. */
async function search(db: Database, builtIn: Embedder, tenantId: TenantId, question: string, scope: KnowledgeScope) {
  const choices = await findChoicesAndIndexes(db, tenantId);
  const index = choices.indexOf(choices.current?.embedderId ?? builtIn.id);
  const embedded = await embedQuestion(db, builtIn, tenantId, choices.current, question);
  const { embedderId, vector } = embedded ?? { embedderId: "", vector: new Float32Array(index?.dimensions ?? 1) };
  const terms = { question, vector: toVectorText(vector), embedderId, scope };
  const statement = index ? indexedStatement(terms, { tenantId, dimensions: index.dimensions }) : exactStatement(terms);
  // Kept, its plan would be one for any values, which takes twice as long.
  const options = { ...(index && { settings: indexedSettings }), isPlannedAnew: true } as const;
  const { rows } = await db.read(tenantId, (read) => read.execute<Row>(statement), options);
  const isCurrent = !choices.next || (await findChoices(db, tenantId)).current?.id === choices.current?.id;
  return { rows, isCurrent };
}

/** Undefined where an embedder's server does not answer: the words alone are searched, and the settings say so. */
async function embedQuestion(db: Database, builtIn: Embedder, tenantId: TenantId, current: Current, question: string) {
  const spent: EmbeddingSpent[] = [];
  try {
    const embedder = openEmbedder(builtIn, current);
    const [vector] = await embedder.embed([question], { urgent: true, onSpent: (one) => void spent.push(one) });
    if (!vector) throw new Error("the embedder returned no vector");
    if (spent.length > 0) await db.transaction(tenantId, (tx) => enterSpending(tx, spent));
    if (current?.failure) await noteFailure(db, tenantId, "current", null);
    return { embedderId: embedder.id, vector };
  } catch (error) {
    if (!(error instanceof EmbedderError)) throw error;
    if (spent.length > 0) await db.transaction(tenantId, (tx) => enterSpending(tx, spent));
    if (error.blame !== "texts") await noteFailure(db, tenantId, "current", error.code);
    return undefined;
  }
}

type Current = Awaited<ReturnType<typeof findChoices>>["current"];
