import { useNavigate, useSearch } from "@tanstack/react-router";
import { LibraryBig, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { DocumentList } from "./document-list.tsx";
import { FindDocuments } from "./find-documents.tsx";
import { parseFoundDocuments } from "./found-documents.ts";
import { IngestCommand } from "./ingest-command.tsx";
import { KnowledgeFrame } from "./knowledge-frame.tsx";
import { AddSource } from "./sources/add-source.tsx";
import { LanguageNote } from "./sources/language-note.tsx";
import { SourceList } from "./sources/source-list.tsx";
import { type ListedSource, useMayManage, useSources } from "./sources/use-sources.ts";

/** What the assistant answers from. */
export function KnowledgePage() {
  const query = useSources();
  return (
    <KnowledgeFrame title="Knowledge" lead="What the assistant answers from, and nothing else.">
      {query.isPending && <PageSkeleton />}
      {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <NoSources />}
      {query.data && query.data.length > 0 && <Sources sources={query.data} />}
    </KnowledgeFrame>
  );
}

function Sources({ sources }: { sources: readonly ListedSource[] }) {
  const [adds, setAdds] = useState<boolean>();
  const mayManage = useMayManage();
  const { find } = parseFoundDocuments(useSearch({ from: "/app/knowledge" }));
  const navigate = useNavigate();
  return (
    <>
      <LanguageNote sources={sources} className="mb-5" />
      <section aria-labelledby="sources">
        <div className="mb-3 flex items-center justify-between gap-3">
          <h2 id="sources" className="font-semibold">
            Sources
          </h2>
          {mayManage && !adds && (
            // It has the focus again when nothing is to be added after all.
            <Button autoFocus={adds === false} onClick={() => setAdds(true)}>
              <Plus aria-hidden className="size-4" />
              Add a source
            </Button>
          )}
        </div>
        {adds && (
          <div className="mb-4">
            <AddSource onCancel={() => setAdds(false)} />
          </div>
        )}
        <SourceList sources={sources} />
      </section>
      <section aria-labelledby="documents" className="mt-8">
        <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
          <h2 id="documents" className="font-semibold">
            Documents
          </h2>
          {(find || sources.some(({ documents }) => documents.total > 0)) && (
            <FindDocuments
              find={find}
              onFind={(found) => void navigate({ to: "/knowledge", search: parseFoundDocuments(found), replace: true })}
            />
          )}
        </div>
        <DocumentList filter={find ? { search: find } : {}}>
          {find ? "No document has this in its title or path." : "No source has a document yet."}
        </DocumentList>
      </section>
    </>
  );
}

function NoSources() {
  const mayManage = useMayManage();
  return (
    <div className="rounded-card border border-dashed border-edge bg-surface">
      <EmptyState icon={LibraryBig} title="Nothing is known yet">
        <p>
          The assistant answers from your own sources only, so it knows nothing so far.
          {mayManage ? " Begin with one of these:" : " An owner or admin of the workspace can add some."}
        </p>
      </EmptyState>
      {mayManage && (
        <div className="mx-auto max-w-160 px-4 pb-8">
          <AddSource />
          <p className="mt-6 mb-2 text-sm text-ink-soft">Or run this in Parley's folder, with files or folders:</p>
          <IngestCommand />
        </div>
      )}
    </div>
  );
}

function PageSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading the sources</span>
      <div className="grid gap-3 md:grid-cols-2">
        <Skeleton className="h-22 w-full !rounded-card" />
        <Skeleton className="h-22 w-full !rounded-card" />
      </div>
      <Skeleton className="mt-8 h-60 w-full !rounded-card" />
    </div>
  );
}
