import { applyFrame, type ConversationFrame, emptyConversation, newestSeq } from "@parley/client";
import type { ConversationId } from "@parley/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { useTRPC, useTRPCClient } from "../../trpc.ts";
import { changeConversation, conversationQuery } from "./conversation-query.ts";

/** One conversation: fetched once, then kept current from its channel, which goes on from the last `seq` that is known. */
export function useConversation(conversationId: ConversationId) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const options = conversationQuery(client, queryClient, conversationId);
  const query = useQuery(options);
  const apply = (frame: ConversationFrame) =>
    changeConversation(queryClient, conversationId, (state) => applyFrame(state, frame));
  const votesChanged = () => queryClient.invalidateQueries(trpc.conversations.votes.queryFilter({ conversationId }));
  useChannel(query.isSuccess ? `conversation:${conversationId}` : undefined, {
    after: () => newestSeq(queryClient.getQueryData(options.queryKey) ?? emptyConversation),
    onSubscribed(frame) {
      apply(frame);
      void votesChanged();
    },
    onEvent(event) {
      apply({ type: "event", event });
      if (event.type === "message.voted") void votesChanged();
    },
  });
  return query;
}
