import type { AssistantSettings } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";

export type Settings = ApiOutputs["assistant"]["settings"]["get"];
export type SettingsVersion = ApiOutputs["assistant"]["settings"]["versions"][number];

/** What is in use, as the page is opened. It is not fetched again by itself: that would take away what somebody is writing. */
export function useSettings() {
  const trpc = useTRPC();
  return useQuery(
    trpc.assistant.settings.get.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 }),
  );
}

export function useSettingsVersions() {
  const trpc = useTRPC();
  return useQuery(trpc.assistant.settings.versions.queryOptions());
}

/** Changes the settings, or brings a version back; both are fetched again after it. */
export function useSettingsActions() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.assistant.settings.pathFilter());
  return {
    change: useMutation({
      mutationFn: (change: { basedOn: number; settings: AssistantSettings }) =>
        client.assistant.settings.change.mutate(change),
      onSuccess,
    }),
    restore: useMutation({
      mutationFn: (change: { basedOn: number; version: number }) => client.assistant.settings.restore.mutate(change),
      onSuccess,
    }),
  };
}
