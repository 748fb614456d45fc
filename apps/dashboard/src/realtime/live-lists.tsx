import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { lookAgain, useMember } from "../session/session.ts";
import { useTRPC } from "../trpc.ts";
import { useChannel } from "./use-channel.ts";
import { useThrottled, useThrottledRefetch } from "./use-throttled.ts";

/** While a site is read, each of its pages is a change; a list of many of them is fetched anew page by page. */
const documentsIntervalMs = 1_500;

/**
 * Keeps the lists current, on whichever page, and what the member may do: their channels say that something changed, and what is shown
 * is fetched again.
 */
export function LiveLists() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const { member } = useMember();
  const conversationsChanged = useThrottled(() => {
    void queryClient.invalidateQueries(trpc.conversations.list.pathFilter());
    void queryClient.invalidateQueries(trpc.conversations.counts.queryFilter());
  });
  const documentsChanged = useThrottledRefetch(trpc.knowledge.pathFilter(), documentsIntervalMs);
  const membersChanged = useThrottled(() => {
    void queryClient.invalidateQueries(trpc.members.list.queryFilter());
    void queryClient.invalidateQueries(trpc.invitations.list.queryFilter());
  });
  useChannel("members", {
    onSubscribed() {
      membersChanged();
      // What was missed may have been about the member themselves.
      lookAgain(router);
    },
    onEvent(event) {
      membersChanged();
      if ("memberId" in event && event.memberId === member.id) lookAgain(router);
    },
  });
  useChannel("conversations", { onSubscribed: conversationsChanged, onEvent: conversationsChanged });
  useChannel("documents", { onSubscribed: documentsChanged, onEvent: documentsChanged });
  return null;
}
