import type { ChangeCheckMode, KnowledgeTestRunId } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { useThrottledRefetch } from "../../realtime/use-throttled.ts";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";

export type HeldChanges = ApiOutputs["knowledgeTests"]["changes"]["get"];
export type ChangedAnswer = HeldChanges["answers"][number];

/** What waits to be published, and what the tests say of it. Kept current while `useLiveTests` is. */
export function useChanges() {
  const trpc = useTRPC();
  return useQuery(trpc.knowledgeTests.changes.get.queryOptions());
}

/** How much waits, and how many tests fail with it. */
export function useChangeCount() {
  const trpc = useTRPC();
  return useQuery(trpc.knowledgeTests.changes.count.queryOptions());
}

/** A version that is read in may be one more that waits. */
export function useLiveHeldDocuments(): void {
  const trpc = useTRPC();
  const changed = useThrottledRefetch(trpc.knowledgeTests.changes.pathFilter());
  useChannel("documents", { onSubscribed: () => {}, onEvent: changed });
}

export function useChangeActions() {
  const { knowledgeTests } = useTRPCClient();
  const { changes } = knowledgeTests;
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  // Also when it failed: what waits may be something else by now.
  const onSettled = () => queryClient.invalidateQueries(trpc.knowledgeTests.pathFilter());
  return {
    choose: useMutation({ mutationFn: (mode: ChangeCheckMode) => changes.choose.mutate({ mode }), onSettled }),
    check: useMutation({ mutationFn: () => changes.check.mutate(), onSettled }),
    cancel: useMutation({
      mutationFn: (runId: KnowledgeTestRunId) => knowledgeTests.cancel.mutate({ runId }),
      onSettled,
    }),
    publish: useMutation({
      mutationFn: (wanted: { seen: string; anyway: boolean }) => changes.publish.mutate(wanted),
      onSettled,
    }),
    discard: useMutation({ mutationFn: (seen: string) => changes.discard.mutate({ seen }), onSettled }),
  };
}
