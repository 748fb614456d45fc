import type { GapDraft, GapId, GapState } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";

export type ListedGap = ApiOutputs["gaps"]["list"][number];
export type GapDetail = ApiOutputs["gaps"]["get"];

/** Fetches what is shown of the gaps again when something of it changes, as long as a page of theirs is shown. */
export function useLiveGaps(): void {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const changed = () => void queryClient.invalidateQueries(trpc.gaps.pathFilter());
  useChannel("gaps", { onSubscribed: changed, onEvent: changed });
}

export function useGaps(states: GapState[]) {
  const trpc = useTRPC();
  return useQuery(trpc.gaps.list.queryOptions({ states }));
}

export function useGapActions(gapId: GapId) {
  const { gaps } = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.gaps.pathFilter());
  return {
    draft: useMutation({ mutationFn: () => gaps.draft.mutate({ gapId }), onSuccess }),
    save: useMutation({ mutationFn: (draft: GapDraft) => gaps.saveDraft.mutate({ gapId, draft }), onSuccess }),
    publish: useMutation({ mutationFn: (draft: GapDraft) => gaps.publish.mutate({ gapId, draft }), onSuccess }),
    ignore: useMutation({ mutationFn: () => gaps.ignore.mutate({ gapId }), onSuccess }),
    reopen: useMutation({ mutationFn: () => gaps.reopen.mutate({ gapId }), onSuccess }),
  };
}
