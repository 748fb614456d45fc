import type { DocumentId } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { formatMoment } from "../../components/format-time.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { PageTitle } from "../../shell/page-title.tsx";
import { type ApiOutputs, useTRPC } from "../../trpc.ts";
import { DocumentStatus } from "./document-status.tsx";

type Document = ApiOutputs["knowledge"]["document"];

/** One document and its versions. */
export function DocumentPage() {
  const { documentId } = useParams({ from: "/app/knowledge/$documentId" });
  const trpc = useTRPC();
  const query = useQuery(trpc.knowledge.document.queryOptions({ documentId: documentId as DocumentId }));
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>{query.data?.title ?? "Document"}</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <Link
          to="/knowledge"
          className="mb-4 inline-flex items-center gap-1.5 rounded-md text-sm font-medium text-ink-soft hover:text-ink"
        >
          <ArrowLeft aria-hidden className="size-4 rtl:-scale-x-100" />
          Knowledge
        </Link>
        {query.isPending && <PageSkeleton />}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && <DocumentView document={query.data} />}
      </div>
    </div>
  );
}

function DocumentView({ document }: { document: Document }) {
  const { title, path, source, currentVersionId, versions } = document;
  return (
    <>
      <h1 className="text-xl font-semibold tracking-tight" dir="auto">
        {title}
      </h1>
      <p className="mt-1 text-ink-soft wrap-anywhere">
        {source} · <span className="font-mono text-sm">{path}</span>
      </p>
      <h2 className="mt-8 mb-3 text-sm font-semibold">Versions</h2>
      <ol className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface shadow-xs">
        {versions.map(({ id, version, status, failure, createdAt, readyAt }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3.5 text-sm">
            <span className="font-medium tabular-nums">Version {version}</span>
            <span className="text-ink-soft">
              {readyAt ? "Read in" : "Added"}{" "}
              <time dateTime={readyAt ?? createdAt}>{formatMoment(readyAt ?? createdAt)}</time>
            </span>
            <span className="ms-auto flex items-center gap-2">
              {id === currentVersionId && (
                <span className="text-xs font-medium text-accent-ink">Answers are made from it</span>
              )}
              <DocumentStatus status={status} />
            </span>
            {failure && <p className="w-full text-bad">{failure}</p>}
          </li>
        ))}
      </ol>
      <p className="mt-3 text-sm text-ink-soft">
        Older versions are kept as long as an answer cites them: a citation opens the version that it was made from.
      </p>
    </>
  );
}

function PageSkeleton() {
  return (
    <div role="status" className="space-y-3">
      <span className="sr-only">Loading the document</span>
      <Skeleton className="h-7 w-1/3" />
      <Skeleton className="h-4 w-1/4" />
      <Skeleton className="mt-8 h-24 w-full !rounded-card" />
    </div>
  );
}
