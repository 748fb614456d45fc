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

/** What it is to become once that is published; null: nothing waits. As it is when the page is opened, as well. */
export function useHeldSettings() {
  const trpc = useTRPC();
  return useQuery(
    trpc.assistant.settings.held.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 }),
  );
}

export function useSettingsVersions() {
  const trpc = useTRPC();
  return useQuery(trpc.assistant.settings.versions.queryOptions());
}

/** What was looked at: the version in use, and what waits beside it. */
type Seen = { basedOn: number; basedOnHeld: string | undefined };

/** Changes the settings, or brings a version back; both are fetched again after it. */
export function useSettingsActions() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => {
    void queryClient.invalidateQueries(trpc.knowledgeTests.changes.pathFilter());
    return queryClient.invalidateQueries(trpc.assistant.settings.pathFilter());
  };
  return {
    change: useMutation({
      mutationFn: (change: Seen & { settings: AssistantSettings }) => client.assistant.settings.change.mutate(change),
      onSuccess,
    }),
    restore: useMutation({
      mutationFn: (change: Seen & { version: number }) => client.assistant.settings.restore.mutate(change),
      onSuccess,
    }),
  };
}
