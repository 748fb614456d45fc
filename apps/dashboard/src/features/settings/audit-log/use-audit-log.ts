import type { AuditAction } from "@parley/contracts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../../trpc.ts";

export type ListedEntry = ApiOutputs["audit"]["list"]["entries"][number];

/** What happened in the workspace, newest first. */
export function useAuditLog(filter: { action?: AuditAction | undefined; from?: string | undefined }) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: [...trpc.audit.list.pathKey(), "pages", filter],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list.query(
        {
          ...(filter.action && { action: filter.action }),
          ...(filter.from && { from: filter.from }),
          ...(pageParam !== null && { before: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as number | null,
    getNextPageParam: ({ nextBefore }) => nextBefore,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
  });
}
