import type { DocumentId } from "@parley/contracts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ApiOutputs, useTRPCClient } from "../../trpc.ts";

export type ListedChunk = ApiOutputs["knowledge"]["documents"]["chunks"]["chunks"][number];

type Version = Pick<ApiOutputs["knowledge"]["documents"]["get"]["versions"][number], "id" | "status">;

/** Chunks that come together; those before the first that was asked for come when they are wanted. */
const pageSize = 50;

/** The chunks of one version, from the page on that holds the chunk `near`. They change when it begins or ends to answer. */
export function useChunks(documentId: DocumentId, { id: versionId, status }: Version, near: number) {
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: ["chunks", documentId, versionId, status, near - (near % pageSize)],
    queryFn: ({ pageParam, signal }) =>
      client.knowledge.documents.chunks.query({ documentId, versionId, from: pageParam }, { signal }),
    initialPageParam: near - (near % pageSize),
    getNextPageParam: ({ next }) => next,
    getPreviousPageParam: (_, __, from) => (from > 0 ? Math.max(0, from - pageSize) : null),
    select: ({ pages }) => ({ chunks: pages.flatMap(({ chunks }) => chunks), total: pages[0]?.total ?? 0 }),
    staleTime: 60_000,
  });
}
