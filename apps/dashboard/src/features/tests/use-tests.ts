import type { KnowledgeTestId, KnowledgeTestRunId } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { useThrottledRefetch } from "../../realtime/use-throttled.ts";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";

export type ListedTest = ApiOutputs["knowledgeTests"]["list"][number];
export type TestRun = ApiOutputs["knowledgeTests"]["runs"][number];
export type TestDetail = ApiOutputs["knowledgeTests"]["get"];
export type TestResult = TestDetail["results"][number];

/** Fetches what is shown of the tests again when something of it changes, as long as a page of theirs is shown. */
export function useLiveTests(): void {
  const trpc = useTRPC();
  const changed = useThrottledRefetch(trpc.knowledgeTests.pathFilter());
  useChannel("tests", { onSubscribed: changed, onEvent: changed });
}

export function useTests() {
  const trpc = useTRPC();
  return useQuery(trpc.knowledgeTests.list.queryOptions());
}

export function useRuns() {
  const trpc = useTRPC();
  return useQuery(trpc.knowledgeTests.runs.queryOptions());
}

export function useTestActions() {
  const { knowledgeTests } = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.knowledgeTests.pathFilter());
  return {
    create: useMutation({
      mutationFn: (test: { id: KnowledgeTestId; question: string; words: string[] }) =>
        knowledgeTests.create.mutate(test),
      onSuccess,
    }),
    change: useMutation({
      mutationFn: (change: { testId: KnowledgeTestId; words: string[] }) => knowledgeTests.change.mutate(change),
      onSuccess,
    }),
    accept: useMutation({
      mutationFn: (result: { testId: KnowledgeTestId; runId: KnowledgeTestRunId }) =>
        knowledgeTests.accept.mutate(result),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (testId: KnowledgeTestId) => knowledgeTests.remove.mutate({ testId }),
      onSuccess,
    }),
    start: useMutation({ mutationFn: () => knowledgeTests.start.mutate(), onSuccess }),
    cancel: useMutation({
      mutationFn: (runId: KnowledgeTestRunId) => knowledgeTests.cancel.mutate({ runId }),
      onSuccess,
    }),
  };
}
