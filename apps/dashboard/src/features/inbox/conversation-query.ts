import { applyPage, type ConversationState, emptyConversation, newestSeq } from "@parley/client";
import type { ConversationId } from "@parley/contracts";
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import type { ApiClient } from "../../trpc.ts";

const keyOf = (conversationId: ConversationId) => ["conversation", conversationId] as const;

/**
 * A conversation with all its messages. Fetched once; `use-conversation.ts` keeps it current from its channel. Fetching again adds
 * what is missing and keeps what a member wrote and could not send, which is why it is kept for an hour.
 */
export function conversationQuery(client: ApiClient, queryClient: QueryClient, conversationId: ConversationId) {
  return queryOptions({
    queryKey: keyOf(conversationId),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60 * 60_000,
    // What did not change stays the same object already.
    structuralSharing: false,
    async queryFn({ signal }) {
      // Frames may come while a page is on its way, so each page is added to what is known by then.
      const known = () => queryClient.getQueryData<ConversationState>(keyOf(conversationId)) ?? emptyConversation;
      let state = known();
      for (let complete = false; !complete; ) {
        const after = newestSeq(state);
        const page = await client.conversations.messages.query({ conversationId, after }, { signal });
        state = applyPage(merged(state, known()), page);
        complete = page.complete || newestSeq(state) === after;
      }
      return state;
    },
  });
}

/** What was fetched before is in no cache yet when the conversation is opened for the first time. */
function merged(fetched: ConversationState, known: ConversationState): ConversationState {
  const { conversation, messages } = fetched;
  return conversation ? applyPage(known, { conversation, messages: [...messages], complete: true }) : known;
}

/** Changes what is known of a conversation; one that was never opened stays unknown. */
export function changeConversation(
  queryClient: QueryClient,
  conversationId: ConversationId,
  change: (state: ConversationState) => ConversationState,
): void {
  queryClient.setQueryData<ConversationState>(keyOf(conversationId), (state) => state && change(state));
}
