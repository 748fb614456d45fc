import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Age } from "../../components/age.tsx";
import { Button } from "../../components/button.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { describeFailed, describeWaiting } from "./describe-failed.ts";
import { describeProgress } from "./describe-progress.ts";
import { DocumentStatus } from "./document-status.tsx";
import { ReadingAction } from "./reading-action.tsx";
import { useIsFetched } from "./sources/use-sources.ts";
import { type DocumentFilter, type ListedDocument, useDocuments } from "./use-documents.ts";

type DocumentListProps = {
  filter?: DocumentFilter;
  /** Absent where all of them are of one source. */
  hasSource?: boolean;
  /** What is said when there are none. */
  children: ReactNode;
};

/** Documents, each with how far it has come. */
export function DocumentList({ filter = {}, hasSource = true, children }: DocumentListProps) {
  const query = useDocuments(filter);
  if (query.isPending) return <TableSkeleton />;
  if (!query.data) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.length === 0) {
    return (
      <p className="rounded-card border border-dashed border-edge bg-surface px-5 py-8 text-center text-sm text-ink-soft">
        {children}
      </p>
    );
  }
  return (
    <>
      <DocumentTable documents={query.data} hasSource={hasSource} />
      {query.hasNextPage && (
        <div className="mt-4 text-center">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? "Loading…" : "Show more documents"}
          </Button>
        </div>
      )}
    </>
  );
}

function DocumentTable({ documents, hasSource }: { documents: readonly ListedDocument[]; hasSource: boolean }) {
  return (
    <div className="overflow-hidden rounded-card border border-line bg-surface shadow-xs">
      <table className="w-full text-sm">
        <caption className="sr-only">Documents</caption>
        <thead className="max-md:sr-only">
          <tr className="border-b border-line text-start text-xs text-ink-soft">
            <th className="px-5 py-2.5 text-start font-medium">Document</th>
            {hasSource && <th className="px-3 py-2.5 text-start font-medium">Source</th>}
            <th className="px-3 py-2.5 text-start font-medium">Version</th>
            <th className="px-3 py-2.5 text-start font-medium">Changed</th>
            <th className="px-5 py-2.5 text-start font-medium">Status</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {documents.map((document) => (
            <DocumentRow key={document.id} document={document} hasSource={hasSource} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DocumentRow({ document, hasSource }: { document: ListedDocument; hasSource: boolean }) {
  const isFetched = useIsFetched(document);
  const { id, title, path, source, sourceKind, version, servedVersion, status, changedAt, leavingWith } = document;
  const waiting = describeWaiting(document);
  const progress = describeProgress(document);
  return (
    <tr className="relative transition-colors hover:bg-hover">
      <td className="w-full max-w-0 px-4 py-3 md:px-5">
        <Link
          to="/knowledge/$documentId"
          params={{ documentId: id }}
          dir="auto"
          // The whole row is the link.
          className="block truncate font-medium outline-offset-[-2px] after:absolute after:inset-0"
        >
          {title}
        </Link>
        <span className="block truncate text-xs text-ink-soft" dir="auto">
          {hasSource && <span className="md:hidden">{source} · </span>}
          {sourceKind !== "written" && path}
        </span>
        {leavingWith && <span className="mt-1 block text-xs text-warn">To be removed once that is published</span>}
        {waiting && <span className="mt-1 block text-xs text-warn">{waiting}</span>}
        {progress && <span className="mt-1 block text-xs text-ink-soft tabular-nums">{progress}</span>}
        {status === "failed" && (
          <span className="mt-1 block text-xs text-bad">
            {describeFailed(document)}
            {servedVersion !== null && ` Version ${servedVersion} goes on answering.`}
          </span>
        )}
      </td>
      {hasSource && <td className="px-3 py-3 whitespace-nowrap text-ink-soft max-md:hidden">{source}</td>}
      <td className="px-3 py-3 text-ink-soft tabular-nums max-md:hidden">{version}</td>
      <td className="px-3 py-3 whitespace-nowrap text-ink-soft max-md:hidden">
        <Age at={changedAt} />
      </td>
      <td className="py-3 pe-4 ps-2 md:px-5">
        <div className="flex flex-col items-end gap-2 md:flex-row md:items-center">
          <DocumentStatus status={status} isFetched={isFetched} />
          <ReadingAction document={document} />
        </div>
      </td>
    </tr>
  );
}

function TableSkeleton() {
  return (
    <div role="status" className="rounded-card border border-line bg-surface">
      <span className="sr-only">Loading documents</span>
      {Array.from({ length: 6 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: six times the same grey shape
        <div key={index} className="flex items-center gap-6 border-b border-line px-5 py-4 last:border-0">
          <div className="grow space-y-2">
            <Skeleton className="h-3.5 w-1/3" />
            <Skeleton className="h-3 w-1/4" />
          </div>
          <Skeleton className="h-6 w-20 !rounded-full" />
        </div>
      ))}
    </div>
  );
}
