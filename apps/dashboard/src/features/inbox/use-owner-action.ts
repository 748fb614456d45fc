import { applyFrame } from "@parley/client";
import type { Conversation, ConversationId } from "@parley/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPCClient } from "../../trpc.ts";
import { changeConversation } from "./conversation-query.ts";
import type { OwnerAction } from "./owner-of.ts";

/** Takes over, returns to the assistant, or resolves; shown as soon as the server says so. */
export function useOwnerAction(conversationId: ConversationId) {
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  return useMutation<Conversation, unknown, OwnerAction>({
    mutationFn: (action) => client.conversations[action].mutate({ conversationId }),
    onSuccess: (conversation) =>
      changeConversation(queryClient, conversationId, (state) =>
        applyFrame(state, { type: "event", event: { type: "conversation.changed", conversation } }),
      ),
  });
}
