import type { DocumentId, DocumentVersionId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { chunks, documents, documentVersions } from "@parley/db/schema";
import { and, asc, eq, gte, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { pagesOf } from "./page-at.ts";

/** What a browser lays out in a moment. */
const pageSize = 50;

/**
 * The chunks that a version was cut into, in order. Only a version that answers, or is about to, has any: those of the versions before
 * it are deleted.
 *
 * @param page.from the first chunk's place in the version, from 0
 * @returns `start` and `end` count UTF-16 code units into the version's text; `tokens` is about what an embedder makes of it
 * @throws AppError `document.not_found`
 */
export async function listChunks(
  db: Database,
  tenantId: TenantId,
  { documentId, versionId, from }: { documentId: DocumentId; versionId: DocumentVersionId; from: number },
) {
  const { documentVersionId, ordinal, startOffset, endOffset, headingPath, text, id } = chunks;
  const isOfVersion = eq(documentVersionId, documentVersions.id);
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        pageStarts: documentVersions.pageStarts,
        total: sql<number>`(select count(*)::integer from ${chunks} where ${isOfVersion})`,
        chunk: { id, ordinal, start: startOffset, end: endOffset, headingPath, text },
      })
      .from(documentVersions)
      .innerJoin(documents, eq(documents.id, documentVersions.documentId))
      .leftJoin(chunks, and(isOfVersion, gte(ordinal, from)))
      .where(and(eq(documentVersions.id, versionId), eq(documents.id, documentId), isNull(documents.removedAt)))
      .orderBy(asc(ordinal))
      .limit(pageSize),
  );
  const [first] = rows;
  if (!first) throw new AppError("document.not_found");
  const page = rows.flatMap(({ chunk }) =>
    chunk ? { ...chunk, tokens: estimateTokens(chunk.text), pages: pagesOf(first.pageStarts, chunk) } : [],
  );
  const end = from + page.length;
  return { chunks: page, total: first.total, next: page.length > 0 && end < first.total ? end : null };
}
