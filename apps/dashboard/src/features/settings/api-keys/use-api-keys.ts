import type { ApiKeyId, ApiKeyScope } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../../trpc.ts";

export type ListedKey = ApiOutputs["apiKeys"]["list"][number];

export function useApiKeys() {
  const trpc = useTRPC();
  return useQuery(trpc.apiKeys.list.queryOptions());
}

/** Makes, replaces and revokes keys; the list is fetched again after each. */
export function useKeyActions() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.apiKeys.list.queryFilter());
  const newId = () => crypto.randomUUID() as ApiKeyId;
  return {
    create: useMutation({
      mutationFn: (key: { name: string; scopes: ApiKeyScope[]; lifetimeDays: number }) =>
        client.apiKeys.create.mutate({ id: newId(), ...key }),
      onSuccess,
    }),
    rotate: useMutation({
      mutationFn: (key: { id: ApiKeyId; overlapHours: number; lifetimeDays: number }) =>
        client.apiKeys.rotate.mutate({ newId: newId(), ...key }),
      onSuccess,
    }),
    revoke: useMutation({ mutationFn: (id: ApiKeyId) => client.apiKeys.revoke.mutate({ id }), onSuccess }),
  };
}
