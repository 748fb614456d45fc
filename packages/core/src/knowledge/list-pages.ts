import type { SourceId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions, sources } from "@parley/db/schema";
import { and, asc, desc, eq, isNotNull, isNull, type SQL } from "drizzle-orm";
import type { KnownPage } from "./sources/crawl/crawl-site.ts";

/** More pages than one site is read of. */
const mostPages = 20_000;

/** The pages of a site that the tenant's knowledge holds. One whose newest version could not be read in has to be fetched anew. */
export function listPages(db: Database, tenantId: TenantId, source: string): Promise<KnownPage[]> {
  return listPagesWhere(db, tenantId, eq(sources.name, source));
}

/** The same, of the source with this id. */
export function listPagesOf(db: Database, tenantId: TenantId, id: SourceId): Promise<KnownPage[]> {
  return listPagesWhere(db, tenantId, eq(sources.id, id));
}

async function listPagesWhere(db: Database, tenantId: TenantId, isSource: SQL): Promise<KnownPage[]> {
  const { id, path, sourceId, removedAt, fetched } = documents;
  const rows = await db.read(tenantId, (read) =>
    read
      .selectDistinctOn([path], { address: path, fetched, status: documentVersions.status })
      .from(documents)
      .innerJoin(sources, eq(sources.id, sourceId))
      .innerJoin(documentVersions, eq(documentVersions.documentId, id))
      .where(and(isSource, isNull(sources.removedAt), isNull(removedAt), isNotNull(fetched)))
      .orderBy(asc(path), desc(documentVersions.version))
      .limit(mostPages),
  );
  return rows.map(({ address, fetched, status }) => {
    const { depth = 0, ...validators } = fetched ?? {};
    return { address, depth, validators: status === "failed" ? {} : validators };
  });
}
