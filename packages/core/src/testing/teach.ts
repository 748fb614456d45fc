import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { addDocument } from "../knowledge/add-document.ts";
import { ingestDocument } from "../knowledge/ingest-document.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { testObjects } from "./test-objects.ts";

/** Reads Markdown documents into a tenant's knowledge, by path, with the product's own ingest but without its queue. */
export async function teach(
  { db, embedder }: { db: Database; embedder: Embedder },
  tenantId: TenantId,
  documents: Record<string, string>,
): Promise<void> {
  const queue = { send: async () => undefined };
  for (const [path, text] of Object.entries(documents)) {
    const title = path.replace(/\.md$/, "");
    const { documentId, versionId } = await db.transaction(tenantId, (tx) =>
      addDocument(tx, queue, { source: "tests", path, title, mediaType: "text/markdown", text }),
    );
    await ingestDocument(
      { db, embedder, objects: testObjects },
      { tenantId, documentId, versionId },
      new AbortController().signal,
    );
  }
}
