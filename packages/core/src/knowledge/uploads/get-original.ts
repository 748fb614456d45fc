import type { DocumentVersionId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { fileTypeOf } from "../read-document.ts";

/**
 * Which file a version was read from.
 *
 * @throws AppError `document.not_found`; `document.no_original` when it came as text or from a site
 */
export async function getOriginal(db: Database, tenantId: TenantId, versionId: DocumentVersionId) {
  const { sourceId, path, removedAt } = documents;
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({ sourceId, path, sizeBytes: documentVersions.originalBytes })
      .from(documentVersions)
      .innerJoin(documents, eq(documents.id, documentVersions.documentId))
      .where(and(eq(documentVersions.id, versionId), isNull(removedAt))),
  );
  if (!row) throw new AppError("document.not_found");
  if (row.sizeBytes === null) throw new AppError("document.no_original");
  return { sourceId: row.sourceId, name: fileTypeOf(row.path).name, sizeBytes: row.sizeBytes };
}
