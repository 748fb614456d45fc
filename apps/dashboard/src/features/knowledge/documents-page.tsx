import { Link } from "@tanstack/react-router";
import { LibraryBig } from "lucide-react";
import { Age } from "../../components/age.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { DocumentStatus } from "./document-status.tsx";
import { IngestCommand } from "./ingest-command.tsx";
import { KnowledgeFrame } from "./knowledge-frame.tsx";
import { type ListedDocument, useDocuments } from "./use-documents.ts";

/** What the assistant answers from. */
export function DocumentsPage() {
  const query = useDocuments();
  return (
    <KnowledgeFrame title="Knowledge" lead="The documents that the assistant answers from, and nothing else.">
      {query.isPending && <TableSkeleton />}
      {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <NoDocuments />}
      {query.data && query.data.length > 0 && (
        <>
          <DocumentTable documents={query.data} />
          {query.hasNextPage && (
            <div className="mt-4 text-center">
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {query.isFetchingNextPage ? "Loading…" : "Show more documents"}
              </Button>
            </div>
          )}
          <section aria-labelledby="add-documents" className="mt-8 rounded-card border border-line bg-surface p-5">
            <h2 id="add-documents" className="font-semibold">
              Add documents
            </h2>
            <p className="mt-1 mb-3 text-sm text-ink-soft">
              Run this in Parley's folder, with files or folders. Markdown, plain text, HTML, CSV, DOCX, XLSX and PDF
              are read; what has not changed costs nothing.
            </p>
            <IngestCommand />
          </section>
        </>
      )}
    </KnowledgeFrame>
  );
}

function NoDocuments() {
  return (
    <div className="rounded-card border border-dashed border-edge bg-surface">
      <EmptyState icon={LibraryBig} title="No documents yet">
        <p className="mb-4">
          The assistant answers from your documents only, so it knows nothing so far. Add files, or a whole folder, by
          running this in Parley's folder:
        </p>
        <IngestCommand />
      </EmptyState>
    </div>
  );
}

function DocumentTable({ documents }: { documents: readonly ListedDocument[] }) {
  return (
    <div className="overflow-hidden rounded-card border border-line bg-surface shadow-xs">
      <table className="w-full text-sm">
        <caption className="sr-only">Documents</caption>
        <thead className="max-md:sr-only">
          <tr className="border-b border-line text-start text-xs text-ink-soft">
            <th className="px-5 py-2.5 text-start font-medium">Document</th>
            <th className="px-3 py-2.5 text-start font-medium">Source</th>
            <th className="px-3 py-2.5 text-start font-medium">Version</th>
            <th className="px-3 py-2.5 text-start font-medium">Changed</th>
            <th className="px-5 py-2.5 text-start font-medium">Status</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {documents.map((document) => (
            <DocumentRow key={document.id} document={document} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DocumentRow({ document }: { document: ListedDocument }) {
  const { id, title, path, source, version, servedVersion, status, failure, changedAt } = document;
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
          <span className="md:hidden">{source} · </span>
          {path}
        </span>
        {failure && (
          <span className="mt-1 block text-xs text-bad">
            {failure}
            {servedVersion !== null && ` Version ${servedVersion} goes on answering.`}
          </span>
        )}
      </td>
      <td className="px-3 py-3 whitespace-nowrap text-ink-soft max-md:hidden">{source}</td>
      <td className="px-3 py-3 text-ink-soft tabular-nums max-md:hidden">{version}</td>
      <td className="px-3 py-3 whitespace-nowrap text-ink-soft max-md:hidden">
        <Age at={changedAt} />
      </td>
      <td className="py-3 pe-4 ps-2 md:px-5">
        <DocumentStatus status={status} />
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
