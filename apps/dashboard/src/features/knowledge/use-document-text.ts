import type { DocumentId, DocumentVersionId } from "@parley/contracts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTRPCClient } from "../../trpc.ts";

/** The text of one version, page by page. What a version says never changes, so it is fetched once. */
export function useDocumentText(documentId: DocumentId, versionId: DocumentVersionId) {
  const client = useTRPCClient();
  return useInfiniteQuery({
    // Not among the knowledge's own keys: those are fetched again whenever a document changes.
    queryKey: ["documentText", documentId, versionId],
    queryFn: ({ pageParam, signal }) =>
      client.knowledge.documents.text.query({ documentId, versionId, after: pageParam }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
