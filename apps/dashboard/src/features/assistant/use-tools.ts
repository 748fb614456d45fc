import type { HttpToolId } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiInputs, type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";
import { useConfirmedCall } from "../settings/confirm-identity.tsx";

export type ListedTool = ApiOutputs["assistant"]["tools"]["list"][number];

export function useTools() {
  const trpc = useTRPC();
  return useQuery(trpc.assistant.tools.list.queryOptions());
}

/** Adds, changes, removes and tries tools; the list is fetched again after a change. */
export function useToolActions(onDone: () => void) {
  const client = useTRPCClient();
  const confirmed = useConfirmedCall();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => {
    onDone();
    return queryClient.invalidateQueries(trpc.assistant.tools.list.queryFilter());
  };
  return {
    save: useMutation({
      mutationFn: (tool: ApiInputs["assistant"]["tools"]["save"]) =>
        confirmed(() => client.assistant.tools.save.mutate(tool)),
      onSuccess,
    }),
    remove: useMutation({ mutationFn: (id: HttpToolId) => client.assistant.tools.remove.mutate({ id }), onSuccess }),
    test: useMutation({
      mutationFn: (asked: { id: HttpToolId; given: string }) => client.assistant.tools.test.mutate(asked),
    }),
  };
}
