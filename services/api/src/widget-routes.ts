import { type Visitor, verifyVisitorToken } from "@parley/auth";
import {
  AfterSeq,
  CastVote,
  Citation,
  ConversationId,
  MessageId,
  OpenConversation,
  PostMessage,
  rateLimits,
  StartVisit,
} from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { getCitedPassage } from "@parley/core/conversations/get-cited-passage";
import { handOff } from "@parley/core/conversations/hand-off";
import { listOwnConversations } from "@parley/core/conversations/list-conversations";
import { listMessages } from "@parley/core/conversations/list-messages";
import { openConversation } from "@parley/core/conversations/open-conversation";
import { postMessage } from "@parley/core/conversations/post-message";
import { voteOnMessage } from "@parley/core/conversations/vote-on-message";
import { startVisit } from "@parley/core/inboxes/start-visit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import type { ApiParts } from "./create-api.ts";
import { limitRate, spend } from "./rate-limit.ts";
import { reserveAnswer } from "./reserve-answer.ts";

const InConversation = z.object({ conversationId: ConversationId });
const InMessage = InConversation.extend({ messageId: MessageId });
const OneCitation = InMessage.extend({
  number: z.coerce.number().pipe(Citation.shape.number),
});

/** The widget's commands; docs/protocol.md tells them whole. */
export async function widgetRoutes(app: FastifyInstance, { db, config, planOf }: ApiParts): Promise<void> {
  /** Who calls: the bearer of a visitor token, from a page of the origin that the token was given to. */
  async function visitorOf(request: FastifyRequest, reply: FastifyReply): Promise<Visitor> {
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
    if (!token) throw new AppError("auth.required");
    const visitor = await verifyVisitorToken(config.secret, token, await db.now());
    request.facts.tenantId = visitor.tenantId;
    request.facts.contactId = visitor.contactId;
    if (request.headers.origin !== visitor.origin) throw new AppError("origin.not_allowed");
    const { tenantId } = visitor;
    await spend(app, reply, rateLimits.visitorRequests, { tenantId, of: [] }, { plan: await planOf(tenantId) });
    return visitor;
  }

  app.addHook("onRequest", limitRate(app, rateLimits.widgetRequests));

  /** The id in the path. One that is no id names nothing: the answer is the one for an id that does not exist. */
  function conversationOf(request: FastifyRequest): ConversationId {
    const { data } = InConversation.safeParse(request.params);
    if (!data) throw new AppError("conversation.not_found");
    request.facts.conversationId = data.conversationId;
    return data.conversationId;
  }

  app.post("/widget/v1/visits", (request) =>
    startVisit(
      { db, secret: config.secret, realtimeUrl: config.realtime.url },
      request.headers.origin,
      StartVisit.parse(request.body),
    ),
  );

  app.get("/widget/v1/conversations", async (request, reply) => {
    const { tenantId, contactId } = await visitorOf(request, reply);
    return {
      conversations: await listOwnConversations(db, tenantId, contactId),
    };
  });

  app.post("/widget/v1/conversations", async (request, reply) => {
    const visitor = await visitorOf(request, reply);
    const { id } = OpenConversation.parse(request.body);
    request.facts.conversationId = id;
    return db.transaction(visitor.tenantId, (tx) => openConversation(tx, visitor, id));
  });

  app.get("/widget/v1/conversations/:conversationId/messages", async (request, reply) => {
    const { tenantId, contactId } = await visitorOf(request, reply);
    const conversationId = conversationOf(request);
    const { after } = AfterSeq.parse(request.query);
    return listMessages(db, tenantId, { conversationId, contactId, after });
  });

  app.post("/widget/v1/conversations/:conversationId/messages", async (request, reply) => {
    const visitor = await visitorOf(request, reply);
    const { tenantId, contactId } = visitor;
    await spend(app, reply, rateLimits.messages, { tenantId, of: [contactId] });
    const conversationId = conversationOf(request);
    const message = { ...PostMessage.parse(request.body), conversationId };
    const answer = await reserveAnswer(app, reply, { ...visitor, address: request.ip }, await planOf(tenantId));
    try {
      return await db.transaction(tenantId, (tx) => postMessage(tx, contactId, message, () => answer.use()));
    } finally {
      await answer.release();
    }
  });

  app.post("/widget/v1/conversations/:conversationId/hand-off", async (request, reply) => {
    const { tenantId, contactId } = await visitorOf(request, reply);
    const conversationId = conversationOf(request);
    return db.transaction(tenantId, (tx) => handOff(tx, contactId, conversationId));
  });

  app.post("/widget/v1/conversations/:conversationId/messages/:messageId/vote", async (request, reply) => {
    const { tenantId, contactId } = await visitorOf(request, reply);
    await spend(app, reply, rateLimits.votes, { tenantId, of: [contactId] });
    const { data } = InMessage.safeParse(request.params);
    if (!data) throw new AppError("message.not_found");
    request.facts.conversationId = data.conversationId;
    const { vote } = CastVote.parse(request.body);
    return db.transaction(tenantId, (tx) => voteOnMessage(tx, contactId, { ...data, vote }));
  });

  app.get("/widget/v1/conversations/:conversationId/messages/:messageId/citations/:number", async (request, reply) => {
    const { tenantId, contactId } = await visitorOf(request, reply);
    const { data } = OneCitation.safeParse(request.params);
    if (!data) throw new AppError("citation.not_found");
    request.facts.conversationId = data.conversationId;
    return getCitedPassage(db, tenantId, { ...data, contactId });
  });
}
