import { Citation, ConversationId, limits, MessageId, MessageText, Seq } from "@parley/contracts";
import { contacts, inboxes } from "@parley/db/schema";
import { and, eq } from "drizzle-orm";
import * as z from "zod";
import { AppError } from "../app-error.ts";
import { procedureFor, router } from "../trpc.ts";
import { findConversation, toConversation } from "./conversation-rows.ts";
import { getCitedPassage } from "./get-cited-passage.ts";
import { ConversationView, countConversations, listConversations } from "./list-conversations.ts";
import { listMessages } from "./list-messages.ts";
import { listVotes } from "./list-votes.ts";
import { postMemberMessage } from "./post-member-message.ts";
import { resolve } from "./resolve.ts";
import { returnToAssistant } from "./return-to-assistant.ts";
import { takeOver } from "./take-over.ts";

const OneConversation = z.strictObject({ conversationId: ConversationId });

/** What members do in the inbox. */
export const conversationsRouter = router({
  list: procedureFor("conversations.read")
    .input(
      z.strictObject({
        view: ConversationView,
        cursor: z.string().max(100).optional(),
      }),
    )
    .query(({ ctx, input }) =>
      listConversations(ctx.db, ctx.caller.tenantId, {
        ...input,
        memberId: ctx.caller.memberId,
      }),
    ),

  counts: procedureFor("conversations.read").query(({ ctx }) =>
    countConversations(ctx.db, ctx.caller.tenantId, ctx.caller.memberId),
  ),

  get: procedureFor("conversations.read")
    .input(OneConversation)
    .query(async ({ ctx, input }) => {
      const row = await ctx.read((read) => findConversation(read, input.conversationId));
      if (!row) throw new AppError("conversation.not_found");
      const [place] = await ctx.read((read) =>
        read
          .select({ contactName: contacts.name, inboxName: inboxes.name })
          .from(contacts)
          .innerJoin(inboxes, and(eq(inboxes.tenantId, contacts.tenantId), eq(inboxes.id, row.inboxId)))
          .where(eq(contacts.id, row.contactId)),
      );
      return {
        ...toConversation(row),
        contactName: place?.contactName ?? null,
        inboxName: place?.inboxName ?? "",
      };
    }),

  messages: procedureFor("conversations.read")
    .input(OneConversation.extend({ after: Seq.default(0) }))
    .query(({ ctx, input }) =>
      listMessages(ctx.db, ctx.caller.tenantId, {
        ...input,
        limit: limits.messagePage,
      }),
    ),

  votes: procedureFor("conversations.read")
    .input(OneConversation)
    .query(({ ctx, input }) => listVotes(ctx.db, ctx.caller.tenantId, input.conversationId)),

  citation: procedureFor("conversations.read")
    .input(
      OneConversation.extend({
        messageId: MessageId,
        number: Citation.shape.number,
      }),
    )
    .query(({ ctx, input }) => getCitedPassage(ctx.db, ctx.caller.tenantId, input)),

  takeOver: procedureFor("conversations.answer")
    .input(OneConversation)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => takeOver(tx, ctx.caller.memberId, input.conversationId))),

  returnToAssistant: procedureFor("conversations.answer")
    .input(OneConversation)
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => returnToAssistant(tx, ctx.caller.memberId, input.conversationId)),
    ),

  resolve: procedureFor("conversations.answer")
    .input(OneConversation)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => resolve(tx, ctx.caller.memberId, input.conversationId))),

  postMessage: procedureFor("conversations.answer")
    .input(OneConversation.extend({ id: MessageId, text: MessageText }))
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => postMemberMessage(tx, ctx.caller, input))),
});
