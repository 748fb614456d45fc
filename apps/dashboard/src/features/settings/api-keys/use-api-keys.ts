import type { ApiKeyId, ApiKeyScope } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../../trpc.ts";
import { useConfirmedCall } from "../confirm-identity.tsx";

export type ListedKey = ApiOutputs["apiKeys"]["list"][number];

export function useApiKeys() {
  const trpc = useTRPC();
  return useQuery(trpc.apiKeys.list.queryOptions());
}

export type MadeKey = { key: string; name: string };

/**
 * Makes, replaces and revokes keys; the list is fetched again after each.
 *
 * @param onMade is told of each key that was made, also when whoever asked for it has turned away meanwhile: nobody can show it again
 */
export function useKeyActions(onMade: (made: MadeKey) => void) {
  const client = useTRPCClient();
  const confirmed = useConfirmedCall();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.apiKeys.list.queryFilter());
  const onNewKey = ({ key }: { key: string }, { name }: { name: string }) => {
    onMade({ key, name });
    return onSuccess();
  };
  const newId = () => crypto.randomUUID() as ApiKeyId;
  return {
    create: useMutation({
      mutationFn: (key: { name: string; scopes: ApiKeyScope[]; lifetimeDays: number }) =>
        confirmed(() => client.apiKeys.create.mutate({ id: newId(), ...key })),
      onSuccess: onNewKey,
    }),
    rotate: useMutation({
      mutationFn: ({ name: _, ...key }: { id: ApiKeyId; name: string; overlapHours: number; lifetimeDays: number }) =>
        confirmed(() => client.apiKeys.rotate.mutate({ newId: newId(), ...key })),
      onSuccess: onNewKey,
    }),
    revoke: useMutation({ mutationFn: (id: ApiKeyId) => client.apiKeys.revoke.mutate({ id }), onSuccess }),
  };
}
