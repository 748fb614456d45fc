import type { DocumentId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import { addDocument } from "../knowledge/add-document.ts";
import { ingestDocument } from "../knowledge/ingest-document.ts";
import type { IngestOrder, KnowledgeJobs } from "../knowledge/jobs.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { type ReadDocument, readDocument } from "../knowledge/read-document.ts";
import { removeDocument } from "../knowledge/remove-document.ts";
import { searchKnowledge } from "../knowledge/search.ts";
import { testObjects } from "./test-objects.ts";

/** Vectors without a model: each word has a direction of its own, so texts with the same words are near each other. */
export function createWordEmbedder(): Embedder & {
  /** Called before each embedding. */ before: (texts: readonly string[]) => Promise<void> | void;
} {
  const dimensions = 64;
  return {
    id: "words",
    dimensions,
    before: () => {},
    async embed(texts) {
      await this.before(texts);
      return texts.map((text) => {
        const vector = new Float32Array(dimensions);
        for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
          let hash = 7;
          for (const letter of word) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
          vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + 1;
        }
        const length = Math.hypot(...vector) || 1;
        return vector.map((value) => value / length);
      });
    },
    close: async () => {},
  };
}

/** Markdown of so many sections, each a chunk. */
export const sections = (count: number, word: string) =>
  Array.from({ length: count }, (_, index) => `## Part ${index}\n\nThe ${word} number ${index} is told of here.`).join(
    "\n\n",
  );

/** A tenant's knowledge in a test: documents go in as always, and orders are kept until the test has them carried out. */
export function createLibrary(db: Database, tenantId: TenantId, embedder: Embedder) {
  const orders: IngestOrder[] = [];
  const removals: DocumentId[] = [];
  const jobs: Pick<KnowledgeJobs, "send"> = {
    async send(_tx, _name, order) {
      if ("versionId" in order) orders.push(order);
      else if ("documentId" in order) removals.push(order.documentId);
    },
  };
  const never = new AbortController().signal;

  return {
    orders,
    removals,
    /** Adds the text under the path. */
    async add(path: string, text: string, source = "docs") {
      return this.addRead(path, await readDocument(new TextEncoder().encode(text), path), source);
    },
    /** Adds what was read of a file. */
    addRead: (path: string, document: ReadDocument, source = "docs") =>
      db.transaction(tenantId, (tx) => addDocument(tx, jobs, { source, path, ...document })),
    /** Carries out one order, by default the oldest. */
    async ingest(order = orders.shift(), signal = never) {
      if (order) await ingestDocument({ db, embedder, objects: testObjects }, order, signal);
    },
    /** Adds the text and reads it in. */
    async read(path: string, text: string) {
      const added = await this.add(path, text);
      while (orders.length > 0) await this.ingest();
      return added;
    },
    remove: (documentId: DocumentId) => db.transaction(tenantId, (tx) => removeDocument(tx, jobs, documentId)),
    search: (question: string, limit = 10) => searchKnowledge(db, embedder, tenantId, question, { limit }),
    /** The corpus's sums as they are kept, and as they are counted anew; and what would be left over. */
    async audit() {
      const { rows } = await db.read(tenantId, (read) =>
        read.execute<Record<string, number>>(sql`
          select
            coalesce((select chunks from corpus), 0)::integer as "keptChunks",
            coalesce((select total_length from corpus), 0)::integer as "keptLength",
            (select count(*) from chunks c join documents d on d.current_version_id = c.document_version_id)::integer as chunks,
            (select coalesce(sum(c.length), 0) from chunks c join documents d on d.current_version_id = c.document_version_id)::integer
              as length,
            (select coalesce(sum(p.frequency), 0) from postings p join chunks c on c.id = p.chunk_id
              join documents d on d.current_version_id = c.document_version_id)::integer as "postedLength",
            (select count(*) from embeddings)::integer as embeddings,
            (select count(*) from chunks)::integer as stored,
            (select count(*) from document_versions where chunk_state = 'hidden')::integer as hidden,
            (select count(*) from document_versions v join documents d on d.id = v.document_id
              where (v.chunk_state = 'live') <> (d.current_version_id is not distinct from v.id))::integer as mistaken
        `),
      );
      return rows[0];
    },
  };
}
