import { DocumentState, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sources } from "@parley/db/schema";
import { asc, isNull, sql } from "drizzle-orm";

export type DocumentCounts = Record<DocumentState, number> & {
  total: number;
  /** That answers are made from: they have a version that is ready, whatever becomes of a newer one. */
  serving: number;
};

const none = Object.fromEntries(DocumentState.options.map((state) => [state, 0])) as Record<DocumentState, number>;

/** The tenant's sources by name, each with its documents counted by the state of their newest version. */
export async function listSources(db: Database, tenantId: TenantId) {
  const { id, kind, name, settings, createdAt, removedAt } = sources;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        id,
        kind,
        name,
        site: settings,
        createdAt,
        counts: sql<Partial<DocumentCounts> | null>`(
          select json_object_agg(status, documents)::jsonb
            || jsonb_build_object('total', sum(documents), 'serving', sum(serving))
          from (
            select newest.status, count(*) as documents, count(d.current_version_id) as serving
            from documents d cross join lateral (
              select v.status from document_versions v where v.document_id = d.id order by v.version desc limit 1
            ) newest
            where d.source_id = sources.id and d.removed_at is null
            group by newest.status
          ) as counted
        )`,
      })
      .from(sources)
      .where(isNull(removedAt))
      .orderBy(asc(name), asc(id)),
  );
  return {
    sources: rows.map(({ counts, ...source }) => ({
      ...source,
      documents: { ...none, total: 0, serving: 0, ...counts } satisfies DocumentCounts,
    })),
  };
}
