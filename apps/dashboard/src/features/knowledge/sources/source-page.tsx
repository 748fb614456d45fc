import { Link, useNavigate, useParams, useRouteContext, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { CommandLine } from "../../../components/command-line.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { PageTitle } from "../../../shell/page-title.tsx";
import { KeptFocus } from "../../settings/kept-focus.tsx";
import { DocumentList } from "../document-list.tsx";
import { FindDocuments } from "../find-documents.tsx";
import { IngestCommand } from "../ingest-command.tsx";
import { LeavingNote } from "../leaving-note.tsx";
import { UploadArea } from "../uploads/upload-area.tsx";
import { WriteAnswer } from "../written/write-answer.tsx";
import { countPhrase } from "./count-phrase.ts";
import { LanguageNote } from "./language-note.tsx";
import { SitePanel } from "./site-panel.tsx";
import { SourceActions } from "./source-actions.tsx";
import { sourceKinds } from "./source-kinds.ts";
import { SourceReading } from "./source-reading.tsx";
import { parseSourceSearch, type SourceSearch, StateFilter } from "./state-filter.tsx";
import { type ListedSource, useMayManage, useSources } from "./use-sources.ts";

/** One source: what it holds, and how more comes into it. */
export function SourcePage() {
  const { sourceId } = useParams({ from: "/app/knowledge/sources/$sourceId" });
  const query = useSources();
  const source = query.data?.find(({ id }) => id === sourceId);
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>{source?.name ?? "Source"}</PageTitle>
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
        {source && <SourceView source={source} />}
        {query.data && !source && (
          <EmptyState icon={sourceKinds.folder.icon} heading="h1" title="This source is not there">
            It may have been removed. Choose one from the knowledge.
          </EmptyState>
        )}
      </div>
    </div>
  );
}

function SourceView({ source }: { source: ListedSource }) {
  const { id, name, kind, documents, isLeaving } = source;
  const { state, find } = parseSourceSearch(useSearch({ from: "/app/knowledge/sources/$sourceId" }));
  const navigate = useNavigate();
  const mayManage = useMayManage();
  const show = (search: Record<keyof SourceSearch, string | undefined>) =>
    void navigate({
      to: "/knowledge/sources/$sourceId",
      params: { sourceId: id },
      search: parseSourceSearch(search),
      replace: true,
    });
  return (
    <>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight wrap-anywhere" dir="auto">
            {name}
          </h1>
          <p className="mt-1 text-ink-soft">
            {sourceKinds[kind].label} · {countPhrase(documents)}
          </p>
        </div>
        {mayManage && <SourceActions source={source} />}
      </header>
      <KeptFocus>
        {isLeaving && (
          <LeavingNote of={{ sourceId: id }} title={name}>
            It is to be removed, with all that it holds
          </LeavingNote>
        )}
      </KeptFocus>
      <LanguageNote sources={[source]} className="mt-4" />
      <div className="mt-6">
        <Intake source={source} />
      </div>
      <section aria-labelledby="documents" className="mt-8">
        <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
          <h2 id="documents" className="font-semibold">
            Documents
          </h2>
          {(documents.total > 0 || state || find) && (
            <div className="flex flex-wrap items-center gap-3">
              <FindDocuments find={find} onFind={(found) => show({ state, find: found.find })} />
              {(documents.total > documents.ready || state) && (
                <StateFilter state={state} onChange={(chosen) => show({ state: chosen, find })} />
              )}
            </div>
          )}
        </div>
        {mayManage && <SourceReading source={source} />}
        <DocumentList
          filter={{ sourceId: source.id, ...(state && { state }), ...(find && { search: find }) }}
          hasSource={false}
        >
          {find
            ? "No document has this in its title or path."
            : state
              ? "No document is in this state."
              : "Nothing is in it yet."}
        </DocumentList>
      </section>
    </>
  );
}

/** The way by which documents come into it. */
function Intake({ source }: { source: ListedSource }) {
  const mayManage = useMayManage();
  const { site } = source;
  if (site) return <SitePanel source={{ ...source, site }} />;
  if (!mayManage) return null;
  switch (source.kind) {
    case "upload":
      return <UploadArea sourceId={source.id} />;
    case "written":
      return <WriteAnswer sourceId={source.id} />;
    case "folder":
      return (
        <section aria-labelledby="intake" className="rounded-card border border-line bg-surface p-4 md:p-5">
          <h2 id="intake" className="font-semibold">
            Add documents
          </h2>
          <p className="mt-1 mb-3 text-sm text-ink-soft">
            Run this in Parley's folder, with files or folders. What has not changed costs nothing.
          </p>
          <IngestCommand source={source.name} />
        </section>
      );
    case "api":
      return <SendCommand sourceId={source.id} />;
    default:
      return null;
  }
}

/** How a program sends a document. */
function SendCommand({ sourceId }: { sourceId: string }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const command = [
    'curl -H "Authorization: Bearer $PARLEY_API_KEY" --data-binary @returns.md \\',
    `  "${apiUrl}/v1/documents?source=${sourceId}&path=returns.md"`,
  ];
  return (
    <section aria-labelledby="intake" className="rounded-card border border-line bg-surface p-4 md:p-5">
      <h2 id="intake" className="font-semibold">
        Send documents
      </h2>
      <p className="mt-1 mb-3 text-sm text-ink-soft">
        Your program sends each file with an API key that may send documents.{" "}
        <Link to="/settings/api-keys" className="font-medium text-accent-ink hover:underline">
          Create a key
        </Link>
        . The same path again is a newer version; what has not changed costs nothing.
      </p>
      <CommandLine command={command.join("\n")} />
    </section>
  );
}

function PageSkeleton() {
  return (
    <div role="status" className="space-y-3">
      <span className="sr-only">Loading the source</span>
      <Skeleton className="h-7 w-1/3" />
      <Skeleton className="h-4 w-1/4" />
      <Skeleton className="mt-8 h-32 w-full !rounded-card" />
    </div>
  );
}
