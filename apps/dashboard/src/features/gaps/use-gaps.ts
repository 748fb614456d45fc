import type { GapDraft, GapId, GapState } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { useThrottledRefetch } from "../../realtime/use-throttled.ts";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";

export type ListedGap = ApiOutputs["gaps"]["list"][number];
export type GapDetail = ApiOutputs["gaps"]["get"];

/**
 * Fetches what is shown of the gaps again when something of it changes, as long as a page of theirs is shown.
 *
 * @param options.isReading an article is being read in
 */
export function useLiveGaps({ isReading = false } = {}): void {
  const trpc = useTRPC();
  const changed = useThrottledRefetch(trpc.gaps.pathFilter());
  useChannel("gaps", { onSubscribed: changed, onEvent: changed });
  useChannel(isReading ? "documents" : undefined, { onEvent: changed });
}

export function useGaps(states: GapState[]) {
  const trpc = useTRPC();
  return useQuery(trpc.gaps.list.queryOptions({ states }));
}

export type GapActions = ReturnType<typeof useGapActions>;

export function useGapActions(gapId: GapId) {
  const { gaps } = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refetch = () => queryClient.invalidateQueries(trpc.gaps.pathFilter());
  type Written = { draft: GapDraft; basedOn: GapDraft };
  /** Known at once, so that whoever has written it does not take it for somebody else's. */
  const know = (draft: GapDraft, state: "drafted" | "closed") =>
    queryClient.setQueryData(trpc.gaps.get.queryKey({ gapId }), (known) => known && { ...known, draft, state });
  const onDrafted = (draft: GapDraft) => {
    know(draft, "drafted");
    void refetch();
  };
  return {
    draft: useMutation({ mutationFn: () => gaps.draft.mutate({ gapId }), onSuccess: onDrafted }),
    save: useMutation({
      mutationFn: (written: Written) => gaps.saveDraft.mutate({ gapId, ...written }),
      onSuccess: onDrafted,
      onError: refetch,
    }),
    publish: useMutation({
      mutationFn: (written: Written) => gaps.publish.mutate({ gapId, ...written }),
      onSuccess: (_, { draft }) => void know(draft, "closed"),
      onSettled: refetch,
    }),
    ignore: useMutation({ mutationFn: () => gaps.ignore.mutate({ gapId }), onSuccess: refetch }),
    reopen: useMutation({ mutationFn: () => gaps.reopen.mutate({ gapId }), onSuccess: refetch }),
  };
}
