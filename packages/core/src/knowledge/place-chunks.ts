import type { ChunkId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { chunks, documentVersions } from "@parley/db/schema";
import { eq, inArray } from "drizzle-orm";
import { pagesOf } from "./page-at.ts";

/** Where a chunk stands in its document. */
export type ChunkPlace = {
  /** Of the version's chunks, from 0. */
  ordinal: number;
  version: number;
  /** Of the file; null when it has no pages. */
  pages: { first: number; last: number } | null;
};

/** Where each of the chunks stands. One that is not there any more is left out. */
export async function placeChunks(
  db: Database,
  tenantId: TenantId,
  chunkIds: readonly ChunkId[],
): Promise<Map<ChunkId, ChunkPlace>> {
  if (chunkIds.length === 0) return new Map();
  const { id, ordinal, startOffset, endOffset, documentVersionId } = chunks;
  const { version, pageStarts } = documentVersions;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ id, ordinal, start: startOffset, end: endOffset, version, pageStarts })
      .from(chunks)
      .innerJoin(documentVersions, eq(documentVersions.id, documentVersionId))
      .where(inArray(id, [...chunkIds])),
  );
  return new Map(
    rows.map(({ id, ordinal, version, pageStarts, ...span }) => [
      id,
      { ordinal, version, pages: pagesOf(pageStarts, span) },
    ]),
  );
}
