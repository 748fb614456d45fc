import { applyFailed, applyPending, applySent, type LocalMessage } from "@parley/client";
import type { ConversationId, Message, MessageId } from "@parley/contracts";
import { useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import { errorCode } from "../../errors/error-code.ts";
import { useTRPCClient } from "../../trpc.ts";
import { changeConversation } from "./conversation-query.ts";

type NewMessage = Pick<LocalMessage, "id" | "text" | "createdAt">;

/**
 * Posts a member's messages: shown at once, confirmed by the server, and kept for another try when it did not work. The id is chosen
 * here, so that trying again can't say the same thing twice.
 */
export function usePostMessage(conversationId: ConversationId) {
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const mutationKey = ["post-message", conversationId];
  const change = (apply: Parameters<typeof changeConversation>[2]) =>
    changeConversation(queryClient, conversationId, apply);

  const { mutate } = useMutation<Message, unknown, NewMessage>({
    mutationKey,
    // One observer posts all of a conversation's messages, until it is left: neither the next one nor leaving takes one back.
    meta: { goesOn: true },
    gcTime: 60 * 60_000,
    mutationFn: ({ id, text }) => client.conversations.postMessage.mutate({ id, conversationId, text }),
    onMutate: (message) => change((state) => applyPending(state, message)),
    onSuccess: (message) => change((state) => applySent(state, message)),
    onError: (error, { id }) => change((state) => applyFailed(state, id, errorCode(error))),
  });
  const failures = useMutationState({
    filters: { mutationKey, status: "error" },
    select: ({ state }) => [(state.variables as NewMessage).id, state.error] as const,
  });

  return {
    post: (text: string) => mutate({ id: crypto.randomUUID() as MessageId, text, createdAt: new Date().toISOString() }),
    retry: mutate,
    discard: (id: MessageId) =>
      change((state) => ({ ...state, local: state.local.filter((message) => message.id !== id) })),
    /** Why a message was not sent, by its id. */
    failures: new Map<MessageId, unknown>(failures),
  };
}
