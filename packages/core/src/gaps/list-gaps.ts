import type { GapDraft, GapId, GapState, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { gapQuestions, gaps, messages } from "@parley/db/schema";
import { and, desc, eq, getTableColumns, inArray, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

const mostGaps = 200;
const mostQuestions = 200;

export type ListedGap = {
  id: GapId;
  question: string;
  state: GapState;
  /** How often it was asked, in all and in the last 30 days. */
  asked: number;
  askedLately: number;
  lastAskedAt: string | null;
  publishedAt: string | null;
  /** How often it was left open again since the article was published. */
  askedSince: number;
};

/** The gaps in those states, the ones that were asked most often lately first. At most 200. */
export async function listGaps(db: Database, tenantId: TenantId, states: readonly GapState[]): Promise<ListedGap[]> {
  const { id, question, state, publishedAt } = gaps;
  const { askedAt } = gapQuestions;
  const lately = sql<number>`(count(${askedAt}) filter (where ${askedAt} > now() - interval '30 days'))::integer`;
  const lastAskedAt = sql<Date | null>`max(${askedAt})`.mapWith(askedAt);
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        ...{ id, question, state, publishedAt, lastAskedAt, askedLately: lately },
        asked: sql<number>`count(${askedAt})::integer`,
        askedSince: sql<number>`(count(${askedAt}) filter (where ${askedAt} > ${publishedAt}))::integer`,
      })
      .from(gaps)
      .leftJoin(gapQuestions, and(eq(gapQuestions.tenantId, gaps.tenantId), eq(gapQuestions.gapId, id)))
      .where(inArray(state, [...states]))
      .groupBy(id, question, state, publishedAt)
      .orderBy(desc(lately), sql`max(${askedAt}) desc nulls last`, id)
      .limit(mostGaps),
  );
  return rows.map(({ lastAskedAt: last, publishedAt: published, ...gap }) => ({
    ...gap,
    lastAskedAt: last?.toISOString() ?? null,
    publishedAt: published?.toISOString() ?? null,
  }));
}

/** One gap with its questions, newest first. @throws AppError `gap.not_found` */
export async function getGap(db: Database, tenantId: TenantId, gapId: GapId) {
  const { id, question, state, draft, documentId, publishedAt, createdAt } = gaps;
  const [gap] = await db.read(tenantId, (read) =>
    read.select({ id, question, state, draft, documentId, publishedAt, createdAt }).from(gaps).where(eq(id, gapId)),
  );
  if (!gap) throw new AppError("gap.not_found");
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
    publishedAt: gap.publishedAt?.toISOString() ?? null,
    createdAt: gap.createdAt.toISOString(),
    questions: questions.map(({ askedAt, ...asked }) => ({ ...asked, askedAt: askedAt.toISOString() })),
  };
}
