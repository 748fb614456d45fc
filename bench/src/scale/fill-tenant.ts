import { randomUUID } from "node:crypto";
import { DocumentId, DocumentVersionId, SourceId, type TenantId, UserId } from "@parley/contracts";
import { holdVectors } from "@parley/core/knowledge/vector-index";
import { toRow, writeChunks } from "@parley/core/knowledge/write-chunks";
import { createTenant } from "@parley/core/tenants/create-tenant";
import type { Database } from "@parley/db";
import { documents, documentVersions, sources } from "@parley/db/schema";
import { sql } from "drizzle-orm";

/** Chunks of one document, and of one transaction. */
const chunksPerDocument = 500;

type Chunk = { text: string; vector: Float32Array };

/** A new tenant with so many chunks, written as the product writes them, a document to every 500. */
export async function fillTenant(
  db: Database,
  { embedderId, chunks, make }: { embedderId: string; chunks: number; make: () => Chunk },
): Promise<TenantId> {
  const owner = { userId: UserId.parse(randomUUID()), name: "Bench" };
  const { tenantId } = await createTenant(db, { slug: `bench-${randomUUID()}`, name: "Bench", owner });
  const sourceId = SourceId.parse(randomUUID());
  await db.transaction(tenantId, (tx) => tx.insert(sources).values({ id: sourceId, name: "bench" }));
  for (let done = 0; done < chunks; done += chunksPerDocument) {
    const count = Math.min(chunksPerDocument, chunks - done);
    const rows = Array.from({ length: count }, (_, ordinal) => {
      const { text, vector } = make();
      return toRow({ ordinal, start: 0, end: text.length, headingPath: [], text }, text, vector);
    });
    const id = DocumentId.parse(randomUUID());
    const versionId = DocumentVersionId.parse(randomUUID());
    const path = `${done}.txt`;
    await db.transaction(tenantId, async (tx) => {
      await tx.insert(documents).values({ id, sourceId, path, title: path });
      await tx.insert(documentVersions).values({
        id: versionId,
        documentId: id,
        version: 1,
        title: path,
        mediaType: "text/plain",
        content: "-",
        contentSha256: "-",
        status: "ready",
        chunkState: "live",
        readyAt: new Date(),
      });
      await tx.execute(sql`update documents set current_version_id = ${versionId} where id = ${id}`);
      await holdVectors(tx);
      await writeChunks(tx, versionId, embedderId, rows);
      await tx.execute(sql`
        insert into corpus (chunks, total_length)
        select count(*), coalesce(sum(length), 0) from chunks where document_version_id = ${versionId}
        on conflict (tenant_id) do update set
          chunks = corpus.chunks + excluded.chunks, total_length = corpus.total_length + excluded.total_length`);
    });
  }
  return tenantId;
}
