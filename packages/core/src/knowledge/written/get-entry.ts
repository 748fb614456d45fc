import type { DocumentId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions, sources } from "@parley/db/schema";
import { and, desc, eq, isNull } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { answerOf } from "./written-entry.ts";

/**
 * A question with its answer, as they were saved last.
 *
 * @throws AppError `document.not_found`; `source.wrong_kind` when the document is none of the kind
 */
export async function getEntry(db: Database, tenantId: TenantId, documentId: DocumentId) {
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        sourceId: documents.sourceId,
        kind: sources.kind,
        version: documentVersions.version,
        question: documentVersions.title,
        content: documentVersions.content,
      })
      .from(documents)
      .innerJoin(sources, eq(sources.id, documents.sourceId))
      .innerJoin(documentVersions, eq(documentVersions.documentId, documents.id))
      .where(and(eq(documents.id, documentId), isNull(documents.removedAt)))
      .orderBy(desc(documentVersions.version))
      .limit(1),
  );
  if (!row) throw new AppError("document.not_found");
  const { kind, content, ...entry } = row;
  if (kind !== "written") throw new AppError("source.wrong_kind");
  return { ...entry, answer: answerOf(content ?? "") };
}
