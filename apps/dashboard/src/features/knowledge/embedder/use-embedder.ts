import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiInputs, type ApiOutputs, useTRPC } from "../../../trpc.ts";

export type EmbedderSettings = ApiOutputs["knowledge"]["embedder"]["get"];
export type EmbedderChoice = ApiInputs["knowledge"]["embedder"]["change"];
export type EmbedderKind = EmbedderChoice["kind"];

/** What makes the workspace's vectors, now and next. The shell's `LiveLists` keeps it current. */
export function useEmbedder() {
  const trpc = useTRPC();
  return useQuery(trpc.knowledge.embedder.get.queryOptions());
}

export function useEmbedderActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.knowledge.embedder.pathFilter());
  return {
    change: useMutation(trpc.knowledge.embedder.change.mutationOptions({ onSuccess })),
    cancel: useMutation(trpc.knowledge.embedder.cancel.mutationOptions({ onSuccess })),
  };
}
