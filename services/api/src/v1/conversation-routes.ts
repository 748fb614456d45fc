import { ConversationId, ConversationStatus, Seq, type TenantId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { findWithContact } from "@parley/core/conversations/find-with-contact";
import {
  ConversationCursor,
  type ConversationSummary,
  listConversations,
} from "@parley/core/conversations/list-conversations";
import { listMessages } from "@parley/core/conversations/list-messages";
import type { Database } from "@parley/db";
import * as z from "zod";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { describeRoute } from "./describe-route.ts";
import { Conversation, Message, PageQuery, pageOf } from "./shapes.ts";
import type { TypedApp } from "./typed-app.ts";

const OneConversation = z.object({ conversationId: ConversationId });
const about = { tag: "conversations", scope: "conversations:read" } as const;

const toShape = ({
  contactId,
  contactName,
  lastSeq,
  ...rest
}: Omit<ConversationSummary, "lastMessage">): z.input<typeof Conversation> => ({
  id: rest.id,
  status: rest.status,
  contact: { id: contactId, name: contactName },
  assignee: rest.assignee,
  messageCount: lastSeq,
  createdAt: rest.createdAt,
  lastMessageAt: rest.lastMessageAt,
});

export function conversationRoutes(app: TypedApp, db: Database): void {
  app.get(
    "/conversations",
    describeRoute({
      ...about,
      id: "listConversations",
      summary: "Conversations, the newest message first",
      takes: { querystring: PageQuery.extend({ status: ConversationStatus.optional() }) },
      answer: pageOf(Conversation),
      answerIs: "A page of conversations. Those in which nothing was said yet are left out",
    }),
    async ({ keyCaller, query: { status, limit, cursor } }) => {
      const page = await listConversations(db, keyCaller.tenantId, {
        view: "all",
        status,
        limit,
        cursor: decodeCursor(ConversationCursor, cursor),
      });
      return {
        data: page.conversations.map(toShape),
        nextCursor: page.nextCursor && encodeCursor(page.nextCursor),
      };
    },
  );

  async function getConversation(tenantId: TenantId, conversationId: ConversationId) {
    const found = await findWithContact(db, tenantId, conversationId);
    if (!found) throw new AppError("conversation.not_found");
    return toShape(found);
  }

  app.get(
    "/conversations/:conversationId",
    describeRoute({
      ...about,
      id: "getConversation",
      summary: "One conversation",
      isOne: true,
      takes: { params: OneConversation },
      answer: Conversation,
      answerIs: "The conversation",
    }),
    ({ keyCaller, params }) => getConversation(keyCaller.tenantId, params.conversationId),
  );

  app.get(
    "/conversations/:conversationId/messages",
    describeRoute({
      ...about,
      id: "listMessages",
      summary: "The messages of one conversation, in order",
      isOne: true,
      takes: { params: OneConversation, querystring: PageQuery },
      answer: pageOf(Message),
      answerIs: "A page of messages",
    }),
    async ({ keyCaller, params: { conversationId }, query: { limit, cursor } }) => {
      const after = decodeCursor(Seq, cursor) ?? 0;
      const { messages, complete } = await listMessages(db, keyCaller.tenantId, { conversationId, after, limit });
      return { data: messages, nextCursor: complete ? null : encodeCursor(messages.at(-1)?.seq) };
    },
  );
}
