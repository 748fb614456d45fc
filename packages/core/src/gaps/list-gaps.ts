import { type GapDraft, type GapId, type GapState, mostGapsListed, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions, gapQuestions, gaps, messages, sources } from "@parley/db/schema";
import { and, desc, eq, getTableColumns, inArray, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

const mostQuestions = 200;
const weeksShown = 12;

/**
 * How far the newest version of a gap's article has come. `failed`: it could not be read in, so that answers are made from the one before
 * it, or from none · `held`: it waits to be published with other changes · `removed`: it is no longer among the documents.
 */
type ArticleState = "reading" | "held" | "ready" | "failed" | "removed";

/** Null where none was published. */
const articleState = sql<ArticleState | null>`case when ${gaps.documentId} is not null then coalesce((
  select case when ${documentVersions.status} in ('held', 'ready', 'failed') then ${documentVersions.status} else 'reading' end
  from ${documents}
    join ${sources} on ${eq(sources.id, documents.sourceId)}
    join ${documentVersions} on ${eq(documentVersions.documentId, documents.id)}
  where ${and(eq(documents.id, gaps.documentId), isNull(documents.removedAt), isNull(sources.removedAt))}
  order by ${desc(documentVersions.version)} limit 1
), 'removed') end`;

/** How many answers since the article was published cite it and left nothing open. */
const answeredSince = sql<number>`(
  select count(distinct answer.id)::integer
  from document_versions version
    join citations citation
      on citation.tenant_id = version.tenant_id and citation.document_version_id = version.id
    join messages answer on answer.tenant_id = citation.tenant_id and answer.id = citation.message_id
  where version.tenant_id = gaps.tenant_id and version.document_id = gaps.document_id
    and answer.created_at > gaps.published_at
    and not exists (
      select from runs run join gap_questions left_open
        on left_open.tenant_id = run.tenant_id and left_open.message_id = run.question_id
      where run.tenant_id = answer.tenant_id and run.id = answer.run_id
    )
)`;

export type ListedGap = {
  id: GapId;
  question: string;
  state: GapState;
  /** How often it was asked, in all and in the last 30 days. */
  asked: number;
  askedLately: number;
  lastAskedAt: string | null;
  publishedAt: string | null;
  article: ArticleState | null;
  /** How often it was left open again since the article was published. */
  askedSince: number;
  /** How often its article answered since then. */
  answeredSince: number;
};

/** The gaps in those states, the ones that were asked most often lately first; as many as may be listed. */
export async function listGaps(db: Database, tenantId: TenantId, states: readonly GapState[]): Promise<ListedGap[]> {
  const { id, question, state, publishedAt } = gaps;
  const { askedAt } = gapQuestions;
  const lately = sql<number>`(count(${askedAt}) filter (where ${askedAt} > now() - interval '30 days'))::integer`;
  const lastAskedAt = sql<Date | null>`max(${askedAt})`.mapWith(askedAt);
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        ...{ id, question, state, publishedAt, lastAskedAt, askedLately: lately, article: articleState },
        asked: sql<number>`count(${askedAt})::integer`,
        answeredSince,
        askedSince: sql<number>`(count(${askedAt}) filter (where ${askedAt} > ${publishedAt}))::integer`,
      })
      .from(gaps)
      .leftJoin(gapQuestions, and(eq(gapQuestions.tenantId, gaps.tenantId), eq(gapQuestions.gapId, id)))
      .where(inArray(state, [...states]))
      .groupBy(gaps.tenantId, id, question, state, publishedAt, gaps.documentId)
      .orderBy(desc(lately), sql`max(${askedAt}) desc nulls last`, id)
      .limit(mostGapsListed),
  );
  return rows.map(({ lastAskedAt: last, publishedAt: published, ...gap }) => ({
    ...gap,
    lastAskedAt: last?.toISOString() ?? null,
    publishedAt: published?.toISOString() ?? null,
  }));
}

/** One gap with its newest questions, and how often it was asked in all. @throws AppError `gap.not_found` */
export async function getGap(db: Database, tenantId: TenantId, gapId: GapId) {
  const { id, question, state, draft, documentId, publishedAt, createdAt } = gaps;
  const [gap] = await db.read(tenantId, (read) =>
    read
      .select({ id, question, state, draft, documentId, publishedAt, createdAt, article: articleState, answeredSince })
      .from(gaps)
      .where(eq(id, gapId)),
  );
  if (!gap) throw new AppError("gap.not_found");
  const weeks = await countByWeek(db, tenantId, gapId);
  const { tenantId: _1, gapId: _2, ...columns } = getTableColumns(gapQuestions);
  const questions = await db.read(tenantId, (read) =>
    read
      .select({ ...columns, conversationId: messages.conversationId, said: messages.text })
      .from(gapQuestions)
      .innerJoin(messages, eq(messages.id, gapQuestions.messageId))
      .where(eq(gapQuestions.gapId, gapId))
      .orderBy(desc(gapQuestions.askedAt))
      .limit(mostQuestions),
  );
  return {
    ...gap,
    draft: gap.draft as GapDraft | null,
    weeks: weeks.slice(-weeksShown),
    asked: sumOf(weeks, "before") + sumOf(weeks, "since"),
    askedSince: sumOf(weeks, "since"),
    publishedAt: gap.publishedAt?.toISOString() ?? null,
    createdAt: gap.createdAt.toISOString(),
    questions: questions.map(({ askedAt, ...asked }) => ({ ...asked, askedAt: askedAt.toISOString() })),
  };
}

export type AskedInWeek = { before: number; since: number };

/**
 * How often it was asked in each week that ends now, a week ago and so on, oldest first: before the article was published, and since. The
 * first entry is all that is older than the weeks that are shown.
 */
async function countByWeek(db: Database, tenantId: TenantId, gapId: GapId): Promise<AskedInWeek[]> {
  const { askedAt } = gapQuestions;
  const weeksAgo = sql<number>`greatest(0, least(${weeksShown}, floor(extract(epoch from now() - ${askedAt}) / 604800)))::integer`;
  const isSince = sql`${askedAt} > ${gaps.publishedAt}`;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        weeksAgo: weeksAgo.as("weeks_ago"),
        before: sql<number>`(count(*) filter (where (${isSince}) is not true))::integer`,
        since: sql<number>`(count(*) filter (where ${isSince}))::integer`,
      })
      .from(gapQuestions)
      .innerJoin(gaps, eq(gaps.id, gapQuestions.gapId))
      .where(eq(gapQuestions.gapId, gapId))
      .groupBy(sql`weeks_ago`),
  );
  const byAge = new Map(rows.map(({ weeksAgo: age, before, since }) => [age, { before, since }]));
  return Array.from({ length: weeksShown + 1 }, (_, index) => byAge.get(weeksShown - index) ?? { before: 0, since: 0 });
}

const sumOf = (weeks: readonly AskedInWeek[], of: keyof AskedInWeek) => weeks.reduce((sum, week) => sum + week[of], 0);
