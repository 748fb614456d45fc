import { applyFailed, applyFrame, applyPending } from "@parley/client";
import type { Conversation, ConversationId, Message, MessageId } from "@parley/contracts";
import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { ApiClient } from "../../trpc.ts";
import { changeConversation, conversationQuery } from "./conversation-query.ts";

const conversationId = "0c5e0000-0000-4000-8000-000000000001" as ConversationId;

const message = (seq: number) =>
  ({ id: `message-${seq}`, conversationId, seq, text: `text ${seq}` }) as unknown as Message;
const conversationAt = (lastSeq: number) => ({ id: conversationId, ownershipEpoch: 1, lastSeq }) as Conversation;

/** A server whose pages hold two messages. */
function serverWith(messages: Message[], whileAnswering: (after: number) => void = () => {}) {
  const asked: number[] = [];
  const query = async ({ after }: { after: number }) => {
    asked.push(after);
    const rest = messages.filter(({ seq }) => seq > after);
    const page = {
      conversation: conversationAt(messages.length),
      messages: rest.slice(0, 2),
      complete: rest.length <= 2,
    };
    whileAnswering(after);
    return page;
  };
  return { asked, client: { conversations: { messages: { query } } } as unknown as ApiClient };
}

test("all pages of a conversation are read, each where the one before ended", async () => {
  const queryClient = new QueryClient();
  const { asked, client } = serverWith([1, 2, 3, 4, 5].map(message));
  const state = await queryClient.fetchQuery(conversationQuery(client, queryClient, conversationId));
  expect(asked).toEqual([0, 2, 4]);
  expect(state.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});

test("fetching again asks for what is missing only", async () => {
  const queryClient = new QueryClient();
  const messages = [1, 2, 3].map(message);
  const { asked, client } = serverWith(messages);
  const options = conversationQuery(client, queryClient, conversationId);
  await queryClient.fetchQuery(options);
  messages.push(message(4));
  asked.length = 0;
  await queryClient.refetchQueries({ queryKey: options.queryKey });
  const state = await queryClient.fetchQuery({ ...options, staleTime: 0 });
  expect(asked[0]).toBe(3);
  expect(state.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("what arrives by the socket, and what could not be sent, outlives a fetch that was under way", async () => {
  const queryClient = new QueryClient();
  const unsent = { id: "unsent" as MessageId, text: "Hello?", createdAt: "2026-11-24T12:00:00.000Z" };
  const event = { type: "message.created", message: message(4), conversation: conversationAt(4) } as const;
  const messages = [1, 2, 3].map(message);
  let meanwhile = () => {};
  const { client } = serverWith(messages, () => meanwhile());
  const options = conversationQuery(client, queryClient, conversationId);
  await queryClient.fetchQuery(options);

  meanwhile = () =>
    changeConversation(queryClient, conversationId, (state) =>
      applyFailed(applyPending(applyFrame(state, { type: "event", event }), unsent), unsent.id, "service.busy"),
    );
  const state = await queryClient.fetchQuery({ ...options, staleTime: 0 });
  expect(state.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(state.local).toMatchObject([{ id: "unsent", status: "failed", error: "service.busy" }]);
  expect(state.conversation?.lastSeq).toBe(4);
});

test("a conversation that was never opened stays unknown, whatever is told of it", () => {
  const queryClient = new QueryClient();
  const { client } = serverWith([]);
  changeConversation(queryClient, conversationId, (state) => applyFrame(state, { type: "subscribed" }));
  const { queryKey } = conversationQuery(client, queryClient, conversationId);
  expect(queryClient.getQueryData(queryKey)).toBeUndefined();
});
