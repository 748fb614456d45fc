import { type CrawlProblem, type CrawlReason, DocumentState, type SourceId, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sources } from "@parley/db/schema";
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { unknownLanguage } from "../foreign-language.ts";

export type DocumentCounts = Record<DocumentState, number> & {
  total: number;
  /** That answers are made from: they have a version that is ready, whatever becomes of a newer one. */
  serving: number;
  /** That are queued since the embedder does not answer. */
  waiting: number;
  /** Of those that failed, what somebody discarded. */
  discarded: number;
};

/** A site's last reading: its pages, each counted once, as far as it has come. Times are ISO 8601. */
export type Crawl = {
  id: string;
  /** `partial`: it ended before every page was asked for, and `why` says so. */
  status: "queued" | "running" | "done" | "partial" | "failed" | "cancelled";
  why: CrawlReason | null;
  /** The page that is asked for now, and how many are known of that come after it; null when it is not under way. */
  fetching: string | null;
  waiting: number;
  seen: number;
  changed: number;
  unchanged: number;
  failed: number;
  gone: number;
  skipped: number;
  /** The first pages that failed or were left out. */
  problems: CrawlProblem[];
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
};

const none = Object.fromEntries(DocumentState.options.map((state) => [state, 0])) as Record<DocumentState, number>;

/** Documents whose newest version is in the same state, and which are in the same language. */
type Group = Record<"documents" | "serving" | "waiting" | "discarded", number> & {
  status: DocumentState;
  language: string | null;
};

/**
 * The tenant's sources by name, each with its documents counted by the state of their newest version, and by their language, where that is
 * known, by its ISO 639-1 code: that of the newest version unless it failed, or was not read yet, else that of the one in use.
 *
 * @param only this one
 */
export async function listSources(db: Database, tenantId: TenantId, only?: SourceId) {
  const { id, kind, name, settings, createdAt, removedAt, nextCrawlAt } = sources;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        id,
        kind,
        name,
        site: settings,
        createdAt,
        /** Null: it has no schedule. */
        nextCrawlAt,
        /** Its removal waits to be published. */
        isLeaving: sql<boolean>`exists (select from held_removals where source_id = sources.id)`,
        lastCrawl: sql<Crawl | null>`(
          select json_build_object('id', id, 'status', status,
            -- a worker of the release before says it in a sentence
            'why', coalesce(why, case when reason is not null then jsonb_build_object('code', 'crawl.told', 'detail', reason) end),
            'seen', seen, 'changed', changed,
            'unchanged', unchanged, 'failed', failed, 'gone', gone, 'skipped', skipped, 'problems', problems,
            'createdAt', created_at, 'startedAt', started_at, 'finishedAt', finished_at,
            'fetching', (
              select address from crawl_pages where crawl_id = crawls.id and not is_done order by ordinal limit 1
            ),
            'waiting', (
              select greatest(count(*) - 1, 0) from crawl_pages where crawl_id = crawls.id and not is_done
            ))
          from crawls where source_id = sources.id order by created_at desc, crawls.id limit 1
        )`,
        groups: sql<Group[] | null>`(
          select json_agg(counted) from (
            select newest.status, coalesce(newest.language, served.language) as language,
              count(*) as documents, count(d.current_version_id) as serving,
              count(newest.waits_for) filter (where newest.status = 'queued') as waiting,
              count(*) filter (where newest.failure_code = 'document.discarded') as discarded
            from documents d cross join lateral (
              select v.status, case when v.status <> 'failed' then v.language end as language, v.waits_for, v.failure_code
              from document_versions v where v.document_id = d.id order by v.version desc limit 1
            ) newest left join document_versions served on served.id = d.current_version_id
            where d.source_id = sources.id and d.removed_at is null
            group by newest.status, coalesce(newest.language, served.language)
          ) as counted
        )`,
      })
      .from(sources)
      .where(and(isNull(removedAt), only && eq(id, only)))
      .orderBy(asc(name), asc(id)),
  );
  return {
    sources: rows.map(({ groups, ...source }) => ({ ...source, ...countDocuments(groups ?? []) })),
  };
}

function countDocuments(groups: readonly Group[]) {
  const documents: DocumentCounts = { ...none, total: 0, serving: 0, waiting: 0, discarded: 0 };
  const languages: Record<string, number> = {};
  for (const { status, language, documents: count, serving, waiting, discarded } of groups) {
    documents[status] += count;
    documents.total += count;
    documents.serving += serving;
    documents.waiting += waiting;
    documents.discarded += discarded;
    if (language && language !== unknownLanguage) languages[language] = (languages[language] ?? 0) + count;
  }
  return { documents, languages };
}
