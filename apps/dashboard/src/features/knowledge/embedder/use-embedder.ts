import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiInputs, type ApiOutputs, useTRPC, useTRPCClient } from "../../../trpc.ts";
import { useConfirmedCall } from "../../settings/confirm-identity.tsx";

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
  const client = useTRPCClient().knowledge.embedder;
  const confirmed = useConfirmedCall();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.knowledge.embedder.pathFilter());
  return {
    change: useMutation({
      mutationFn: (choice: EmbedderChoice) => confirmed(() => client.change.mutate(choice)),
      onSuccess,
    }),
    cancel: useMutation(trpc.knowledge.embedder.cancel.mutationOptions({ onSuccess })),
  };
}
