import type { DocumentId, SourceId } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMember } from "../../../session/session.ts";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../../trpc.ts";

export type ListedSource = ApiOutputs["knowledge"]["sources"]["list"]["sources"][number];

/** The workspace's sources by name. The shell's `LiveLists` keeps them current. */
export function useSources() {
  const trpc = useTRPC();
  return useQuery(trpc.knowledge.sources.list.queryOptions(undefined, { select: ({ sources }) => sources }));
}

/** Whether the document is the page that its site is asked for now. */
export function useIsFetched({ sourceId, path }: { sourceId: SourceId; path: string }): boolean {
  const { data = [] } = useSources();
  return data.find(({ id }) => id === sourceId)?.lastCrawl?.fetching === path;
}

/** Whether the member may change what the workspace knows. The server decides; this only shows no closed doors. */
export function useMayManage(): boolean {
  const { role } = useMember().member;
  return role === "owner" || role === "admin";
}

export const newSourceId = () => crypto.randomUUID() as SourceId;

/** What can be done with sources. Done once what is shown is current. */
export function useSourceActions() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const onSuccess = () => queryClient.invalidateQueries(trpc.knowledge.pathFilter());
  return {
    create: useMutation(trpc.knowledge.sources.create.mutationOptions({ onSuccess })),
    rename: useMutation(trpc.knowledge.sources.rename.mutationOptions({ onSuccess })),
    changeSite: useMutation(trpc.knowledge.sources.changeSite.mutationOptions({ onSuccess })),
    crawl: useMutation(trpc.knowledge.sources.crawl.mutationOptions({ onSuccess })),
    cancelCrawl: useMutation(trpc.knowledge.sources.cancelCrawl.mutationOptions({ onSuccess })),
    // Also when it failed: somebody else may have been first, or some were tried again before it did.
    stop: useMutation(trpc.knowledge.sources.stop.mutationOptions({ onSettled: onSuccess })),
    retryFailed: useMutation({
      async mutationFn({ sourceId }: { sourceId: SourceId }) {
        let after: DocumentId | null = null;
        do {
          const tried: { last: DocumentId | null } = await client.knowledge.sources.retryFailed.mutate({
            sourceId,
            ...(after && { after }),
          });
          after = tried.last;
        } while (after);
      },
      onSettled: onSuccess,
    }),
    remove: useMutation(
      trpc.knowledge.sources.remove.mutationOptions({
        async onSuccess({ held }) {
          // First away from it: its page would say that it is not there.
          await navigate(held ? { to: "/tests/changes" } : { to: "/knowledge", replace: true });
          void queryClient.invalidateQueries(trpc.knowledgeTests.changes.pathFilter());
          void onSuccess();
        },
      }),
    ),
  };
}
