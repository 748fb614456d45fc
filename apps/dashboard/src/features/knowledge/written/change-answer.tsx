import type { DocumentId } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { useTRPC } from "../../../trpc.ts";
import { EntryForm } from "./entry-form.tsx";

/** Changes a question with its answer; the version before it answers until the new one is read. */
export function ChangeAnswer({ documentId, onDone }: { documentId: DocumentId; onDone: () => void }) {
  const trpc = useTRPC();
  // What is typed is not to be replaced by what comes meanwhile.
  const query = useQuery(
    trpc.knowledge.written.get.queryOptions({ documentId }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 }),
  );
  if (query.isPending) return <Skeleton className="h-80 w-full !rounded-card" />;
  if (!query.data) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  const { sourceId, ...entry } = query.data;
  return <EntryForm documentId={documentId} sourceId={sourceId} entry={entry} onSaved={onDone} onCancel={onDone} />;
}
