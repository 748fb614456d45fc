import type { DocumentId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions, sources } from "@parley/db/schema";
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

const pageSize = 100;

/** Where a document stands in the list, whether it is there or not. */
export type DocumentPlace = { source: string; path: string; id: DocumentId };

/**
 * The tenant's documents by source and path, each with its newest version.
 *
 * @param options.after the last document of the page before, or its place
 */
export async function listDocuments(
  db: Database,
  tenantId: TenantId,
  { after, limit = pageSize }: { after?: DocumentId | DocumentPlace | undefined; limit?: number },
) {
  const { id, path, sourceId, currentVersionId, removedAt, createdAt } = documents;
  const place = sql`(${sources.name}, ${path}, ${id})`;
  const rows = await db.read(tenantId, (read) =>
    read
      .selectDistinctOn([sources.name, path, id], {
        id,
        source: sources.name,
        path,
        createdAt,
        title: documentVersions.title,
        mediaType: documentVersions.mediaType,
        version: documentVersions.version,
        status: documentVersions.status,
        failure: documentVersions.failure,
        changedAt: documentVersions.createdAt,
        servedVersion: sql<number | null>`(
          select served.version from document_versions served where served.id = ${currentVersionId}
        )`,
      })
      .from(documents)
      .innerJoin(sources, eq(sources.id, sourceId))
      .innerJoin(documentVersions, eq(documentVersions.documentId, id))
      .where(
        and(
          isNull(removedAt),
          after &&
            (typeof after === "string"
              ? sql`${place} > (
                  select s.name, d.path, d.id from documents d join sources s on s.id = d.source_id where d.id = ${after}
                )`
              : sql`${place} > (${after.source}::text, ${after.path}::text, ${after.id}::uuid)`),
        ),
      )
      .orderBy(asc(sources.name), asc(path), asc(id), desc(documentVersions.version))
      .limit(limit + 1),
  );
  return { documents: rows.slice(0, limit), complete: rows.length <= limit };
}

/** One document with all its versions, newest first. @throws AppError `document.not_found` */
export async function getDocument(db: Database, tenantId: TenantId, documentId: DocumentId) {
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        document: {
          id: documents.id,
          source: sources.name,
          path: documents.path,
          title: documents.title,
          currentVersionId: documents.currentVersionId,
          createdAt: documents.createdAt,
        },
        version: {
          id: documentVersions.id,
          version: documentVersions.version,
          title: documentVersions.title,
          status: documentVersions.status,
          failure: documentVersions.failure,
          createdAt: documentVersions.createdAt,
          readyAt: documentVersions.readyAt,
        },
      })
      .from(documents)
      .innerJoin(sources, eq(sources.id, documents.sourceId))
      .innerJoin(documentVersions, eq(documentVersions.documentId, documents.id))
      .where(and(eq(documents.id, documentId), isNull(documents.removedAt)))
      .orderBy(desc(documentVersions.version)),
  );
  const [first] = rows;
  if (!first) throw new AppError("document.not_found");
  return { ...first.document, versions: rows.map(({ version }) => version) };
}
