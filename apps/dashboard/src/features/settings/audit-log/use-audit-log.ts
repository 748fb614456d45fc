import type { AuditFilter } from "@parley/contracts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../../trpc.ts";

export type ListedEntry = ApiOutputs["audit"]["list"]["entries"][number];

/** What happened in the workspace, newest first. */
export function useAuditLog(filter: AuditFilter) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: [...trpc.audit.list.pathKey(), "pages", filter],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list.query({ ...filter, ...(pageParam !== null && { before: pageParam }) }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ nextBefore }) => nextBefore,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
  });
}
