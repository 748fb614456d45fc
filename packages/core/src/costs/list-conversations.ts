import type { ConversationId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { contacts, conversations, spending } from "@parley/db/schema";
import { and, count, countDistinct, desc, eq, gte, isNotNull, lt, type SQL, sql, sum } from "drizzle-orm";
import * as z from "zod";
import type { Span } from "./get-report.ts";

/** What was spent in one conversation. */
type SpentInConversation = {
  id: ConversationId;
  contactName: string | null;
  answers: number;
  /** Of models. */
  requests: number;
  /** Millionths of a US dollar, of the requests whose price is known. */
  costMicros: number;
  /** Requests whose price is not known. */
  unpriced: number;
};

/** Where a page of the list ends: after this cost and, of those that cost the same, after this id, whether there is such a one or not. */
export const ConversationPlace = z.strictObject({
  costMicros: z.int().nonnegative(),
  last: z.string().regex(/^[\da-f-]{36}$/),
});
type Place = z.infer<typeof ConversationPlace>;

/**
 * The conversations for which a model was asked in the time, the dearest first.
 *
 * @param page.after the last one of the page before; what it has cost by now may be more
 */
export async function listConversations(
  db: Database,
  tenantId: TenantId,
  { from, to }: Span,
  { after, limit }: { after?: Place | undefined; limit: number },
): Promise<{ conversations: SpentInConversation[]; complete: boolean }> {
  const { at, model, runId, conversationId, costMicros } = spending;
  const spent = number(sum(costMicros));
  const isAfter =
    after &&
    sql`(-coalesce(sum(${costMicros}), 0), ${conversationId}::text) > (-${after.costMicros}::numeric, ${after.last}::text)`;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        id: sql<ConversationId>`${conversationId}`,
        contactName: contacts.name,
        answers: countDistinct(runId),
        requests: count(model),
        costMicros: spent,
        unpriced: sql`count(*) filter (where ${costMicros} is null)`.mapWith(Number),
      })
      .from(spending)
      .leftJoin(conversations, and(eq(conversations.tenantId, spending.tenantId), eq(conversations.id, conversationId)))
      .leftJoin(contacts, and(eq(contacts.tenantId, spending.tenantId), eq(contacts.id, conversations.contactId)))
      .where(and(gte(at, sql`${from}::timestamptz`), lt(at, sql`${to}::timestamptz`), isNotNull(conversationId)))
      .groupBy(conversationId, contacts.name)
      .having(and(sql`count(${model}) > 0`, isAfter))
      .orderBy(desc(spent), sql`${conversationId}::text`)
      .limit(limit + 1),
  );
  return { conversations: rows.slice(0, limit), complete: rows.length <= limit };
}

const number = (value: SQL) => sql`coalesce(${value}, 0)`.mapWith(Number);
