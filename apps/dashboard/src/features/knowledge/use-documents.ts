import { useInfiniteQuery } from "@tanstack/react-query";
import { type ApiInputs, type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";

export type ListedDocument = ApiOutputs["knowledge"]["documents"]["list"]["documents"][number];

export type DocumentFilter = Pick<ApiInputs["knowledge"]["documents"]["list"], "sourceId" | "state" | "search">;

/** Where a page of the list ends, whether that document is there or not. */
type Place = NonNullable<ApiInputs["knowledge"]["documents"]["list"]["after"]>;
const placeOf = (document: ListedDocument | undefined): Place | null =>
  document ? { source: document.source, path: document.path, id: document.id } : null;

/** The workspace's documents by source and path. The shell's `LiveLists` keeps them current. */
export function useDocuments(filter: DocumentFilter) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: [...trpc.knowledge.documents.list.pathKey(), "pages", filter],
    queryFn: ({ pageParam, signal }) =>
      client.knowledge.documents.list.query({ ...filter, ...(pageParam !== null && { after: pageParam }) }, { signal }),
    initialPageParam: null as Place | null,
    getNextPageParam: ({ complete, documents }) => (complete ? null : placeOf(documents.at(-1))),
    select: ({ pages }) => pages.flatMap(({ documents }) => documents),
  });
}
