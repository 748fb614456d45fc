import { useInfiniteQuery } from "@tanstack/react-query";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";
import type { View } from "./inbox-search.ts";

export type ConversationSummary = ApiOutputs["conversations"]["list"]["conversations"][number];

/** A view of the inbox, newest first. The shell's `LiveLists` keeps it current. */
export function useConversationList(view: View) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: [...trpc.conversations.list.pathKey(), view],
    queryFn: ({ pageParam, signal }) =>
      client.conversations.list.query({ view, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => uniqueConversations(pages.flatMap(({ conversations }) => conversations)),
  });
}

/** A conversation that moved up while its page was being read can be on two pages: its first, newer place counts. */
function uniqueConversations(conversations: ConversationSummary[]): ConversationSummary[] {
  return [...new Map(conversations.toReversed().map((each) => [each.id, each])).values()].toReversed();
}
