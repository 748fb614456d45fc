import type { SourceId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { and, asc, desc, eq, isNotNull, isNull } from "drizzle-orm";
import { isUnread } from "./failure.ts";
import type { KnownPage } from "./sources/crawl/crawl-site.ts";

/** More pages than one site is read of. */
const mostPages = 20_000;

/** The pages of a site that the source holds. One whose newest version could not be read in has to be fetched anew. */
export async function listPages(db: Database, tenantId: TenantId, source: SourceId): Promise<KnownPage[]> {
  const { id, path, sourceId, removedAt, fetched } = documents;
  const { status, failureCode } = documentVersions;
  const rows = await db.read(tenantId, (read) =>
    read
      .selectDistinctOn([path], { address: path, fetched, status, failureCode })
      .from(documents)
      .innerJoin(documentVersions, eq(documentVersions.documentId, id))
      .where(and(eq(sourceId, source), isNull(removedAt), isNotNull(fetched)))
      .orderBy(asc(path), desc(documentVersions.version))
      .limit(mostPages),
  );
  return rows.map(({ address, fetched, ...newest }) => {
    const { depth = 0, isKept: _, ...validators } = fetched ?? {};
    return { address, depth, validators: isUnread(newest) ? {} : validators };
  });
}
