import { type DocumentId, type DocumentState, limits, type SourceId, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions, sources } from "@parley/db/schema";
import { and, asc, desc, eq, ilike, isNull, or, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { leavingWith } from "./held-changes.ts";
import { pageOfSite } from "./page-of-site.ts";
import { readingProgress } from "./reading-progress.ts";
import { verifiedAtOf } from "./verified-at.ts";

const pageSize = 100;

/** Where a document stands in the list, whether it is there or not. */
export type DocumentPlace = { source: string; path: string; id: DocumentId };

/**
 * The tenant's documents by source and path, each with its newest version.
 *
 * @param options.after the place of the last document of the page before
 * @param options.sourceId only this one's
 * @param options.state only those whose newest version is in it
 * @param options.search only those that have these words in their path or their newest version's title, whatever their case
 */
export async function listDocuments(
  db: Database,
  tenantId: TenantId,
  options: {
    after?: DocumentPlace | undefined;
    limit?: number;
    sourceId?: SourceId | undefined;
    state?: DocumentState | undefined;
    search?: string | undefined;
  },
) {
  const { after, limit = pageSize, state, search } = options;
  const { id, path, sourceId, currentVersionId, removedAt, createdAt } = documents;
  const place = sql`(${sources.name}, ${path}, ${id})`;
  const isNewest = sql`not exists (
    select from document_versions newer where newer.document_id = ${id} and newer.version > ${documentVersions.version}
  )`;
  const pattern = `%${search?.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const isFound = search === undefined ? undefined : or(ilike(documentVersions.title, pattern), ilike(path, pattern));
  const rows = await db.read(tenantId, (read) =>
    read
      .selectDistinctOn([sources.name, path, id], {
        id,
        sourceId,
        source: sources.name,
        sourceKind: sources.kind,
        path,
        createdAt,
        versionId: documentVersions.id,
        title: documentVersions.title,
        mediaType: documentVersions.mediaType,
        originalType: documentVersions.originalType,
        /** Of the file, which can be downloaded; null when there is none. */
        originalBytes: documentVersions.originalBytes,
        version: documentVersions.version,
        status: documentVersions.status,
        failure: documentVersions.failure,
        failureCode: documentVersions.failureCode,
        /** Why it is still queued, if it was put off. */
        waitsFor: documentVersions.waitsFor,
        progress: readingProgress,
        changedAt: documentVersions.createdAt,
        leavingWith: leavingWith(id, sourceId),
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
          options.sourceId && eq(sourceId, options.sourceId),
          state || isFound ? isNewest : undefined,
          state && eq(documentVersions.status, state),
          isFound,
          after && sql`${place} > (${after.source}::text, ${after.path}::text, ${after.id}::uuid)`,
        ),
      )
      .orderBy(asc(sources.name), asc(path), asc(id), desc(documentVersions.version))
      .limit(limit + 1),
  );
  return { documents: rows.slice(0, limit), complete: rows.length <= limit };
}

/**
 * One document with its versions that are kept, newest first: of many the newest ones, and the one that answers are made from in any case.
 *
 * @throws AppError `document.not_found`
 */
export async function getDocument(db: Database, tenantId: TenantId, documentId: DocumentId) {
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        document: {
          id: documents.id,
          sourceId: documents.sourceId,
          source: sources.name,
          sourceKind: sources.kind,
          path: documents.path,
          fetched: documents.fetched,
          title: documents.title,
          currentVersionId: documents.currentVersionId,
          createdAt: documents.createdAt,
          leavingWith: leavingWith(documents.id, documents.sourceId),
        },
        version: {
          id: documentVersions.id,
          version: documentVersions.version,
          title: documentVersions.title,
          status: documentVersions.status,
          failure: documentVersions.failure,
          failureCode: documentVersions.failureCode,
          waitsFor: documentVersions.waitsFor,
          progress: readingProgress,
          originalType: documentVersions.originalType,
          originalBytes: documentVersions.originalBytes,
          createdAt: documentVersions.createdAt,
          readyAt: documentVersions.readyAt,
          verifiedAt: verifiedAtOf(sql`${documentVersions}`),
        },
      })
      .from(documents)
      .innerJoin(sources, eq(sources.id, documents.sourceId))
      .innerJoin(documentVersions, eq(documentVersions.documentId, documents.id))
      .where(and(eq(documents.id, documentId), isNull(documents.removedAt)))
      .orderBy(
        desc(sql`${documentVersions.id} is not distinct from ${documents.currentVersionId}`),
        desc(documentVersions.version),
      )
      .limit(limits.versionPage + 1),
  );
  const [first] = rows;
  if (!first) throw new AppError("document.not_found");
  const versions = rows.slice(0, limits.versionPage).map(({ version }) => version);
  const { fetched, ...document } = first.document;
  return {
    ...document,
    address: pageOfSite({ path: document.path, fetched }),
    versions: versions.toSorted((a, b) => b.version - a.version),
    /** Whether these are all that are kept. */
    versionsComplete: rows.length <= limits.versionPage,
  };
}
