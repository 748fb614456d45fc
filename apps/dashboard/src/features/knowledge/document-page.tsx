import type { DocumentId } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { classNames } from "../../components/class-names.ts";
import { formatMoment } from "../../components/format-time.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { errorCode } from "../../errors/error-code.ts";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { PageTitle } from "../../shell/page-title.tsx";
import { type ApiOutputs, useTRPC } from "../../trpc.ts";
import { KeptFocus } from "../settings/kept-focus.tsx";
import { ChunkList } from "./chunk-list.tsx";
import { describeFailed } from "./describe-failed.ts";
import { DocumentActions } from "./document-actions.tsx";
import { type DocumentSearch, parseDocumentSearch, shownVersion } from "./document-search.ts";
import { DocumentStatus } from "./document-status.tsx";
import { DocumentText } from "./document-text.tsx";
import { DownloadOriginal } from "./download-original.tsx";
import { LeavingNote } from "./leaving-note.tsx";
import { nameOriginalType } from "./original-type.ts";
import { ReadingNote } from "./reading-note.tsx";
import { useMayManage } from "./sources/use-sources.ts";
import { ChangeAnswer } from "./written/change-answer.tsx";

type Document = ApiOutputs["knowledge"]["documents"]["get"];

/** One document: what it says, in each of its versions. */
export function DocumentPage() {
  const { documentId } = useParams({ from: "/app/knowledge/$documentId" });
  const trpc = useTRPC();
  const query = useQuery(trpc.knowledge.documents.get.queryOptions({ documentId: documentId as DocumentId }));
  // It may be removed while it is looked at.
  const isThere = query.data && errorCode(query.error) !== "document.not_found";
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
        {query.isError && !isThere && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && isThere && <DocumentView document={query.data} />}
      </div>
    </div>
  );
}

function DocumentView({ document }: { document: Document }) {
  const { id, title, path, address, source, sourceId, sourceKind, currentVersionId, versions, versionsComplete } =
    document;
  const mayManage = useMayManage();
  const [changes, setChanges] = useState(false);
  const isWritten = sourceKind === "written";
  const { version: asked, chunk } = parseDocumentSearch(useSearch({ from: "/app/knowledge/$documentId" }));
  const shown = shownVersion(versions, { asked, currentVersionId });
  const current = versions.find((version) => version.id === currentVersionId);
  const [newest] = versions;
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <h1 className="min-w-0 text-xl font-semibold tracking-tight wrap-anywhere" dir="auto">
          {title}
        </h1>
        {mayManage && !changes && (
          <DocumentActions document={document} onChange={isWritten ? () => setChanges(true) : undefined} />
        )}
      </div>
      <p className="mt-1 text-ink-soft wrap-anywhere">
        <Link to="/knowledge/sources/$sourceId" params={{ sourceId }} className="link" dir="auto">
          {source}
        </Link>
        {!isWritten && (
          <>
            {" "}
            · <span className="font-mono text-sm">{path}</span>
            {address && (
              <>
                {" "}
                ·{" "}
                <a href={address} target="_blank" rel="noopener noreferrer nofollow" className="link text-sm">
                  Open the page
                </a>
              </>
            )}
          </>
        )}
      </p>
      {shown && <Facts version={shown} />}
      <KeptFocus>
        {newest && <ReadingNote document={document} newest={newest} />}
        {document.leavingWith === "document" && (
          <LeavingNote of={{ documentId: id }} title={title}>
            It is to be removed
          </LeavingNote>
        )}
        {document.leavingWith === "source" && (
          <LeavingNote of={{ sourceId }} title={source} action="Keep the source">
            It is to be removed with its source
          </LeavingNote>
        )}
      </KeptFocus>
      {document.foreignLanguage && (
        <p role="note" className="mt-3 rounded-control bg-sunken px-3.5 py-2.5 text-sm text-ink-soft">
          Written in {document.foreignLanguage}: the built-in embedder knows English. Questions find this by the words
          that they share with it, not by what they mean. A multilingual embedder can be chosen under Knowledge,
          Embedder.
        </p>
      )}
      {shown && shown.originalBytes !== null && <DownloadOriginal versionId={shown.id} path={path} />}
      {changes && (
        <div className="mt-6">
          <ChangeAnswer documentId={id} onDone={() => setChanges(false)} />
        </div>
      )}
      <div className="mt-6 gap-8 lg:grid lg:grid-cols-[minmax(0,1fr)_17rem]">
        <section aria-labelledby="versions" className="self-start lg:sticky lg:top-8 lg:order-last">
          <h2 id="versions" className="mb-2.5 text-sm font-semibold">
            Versions
          </h2>
          <ol className="max-h-64 overflow-y-auto rounded-card border border-line bg-surface p-1 shadow-xs lg:max-h-none">
            {versions.map((version) => (
              <li key={version.id}>
                <VersionLink
                  documentId={id}
                  version={version}
                  isShown={version.id === shown?.id}
                  answers={version.id === currentVersionId}
                  search={{ version: version.version, ...(chunk !== undefined && { chunk: 0 }) }}
                />
              </li>
            ))}
          </ol>
          <p className="mt-2.5 text-xs text-ink-soft">
            {current
              ? `Answers are made from version ${current.version}. A citation opens the version that it was made from.`
              : newest?.status === "failed"
                ? "No version could be used: nothing is answered from this document."
                : newest?.status === "held"
                  ? "It waits to be published. Until that is done, nothing is answered from this document."
                  : "It is being read. Until that is done, nothing is answered from this document."}
            {!versionsComplete && " Older ones that answers have cited are kept as well, and not listed here."}
          </p>
        </section>
        {shown && (
          <section aria-labelledby="text" className="min-w-0 max-lg:mt-8">
            <div className="mb-2.5 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
              <h2 id="text" className="text-sm font-semibold">
                {chunk === undefined ? "Text" : "Chunks"} of version {shown.version}
              </h2>
              <nav aria-label="View" className="flex gap-0.5 rounded-xl bg-sunken p-1">
                <ViewLink documentId={id} search={{ version: shown.version }} isShown={chunk === undefined}>
                  Text
                </ViewLink>
                <ViewLink documentId={id} search={{ version: shown.version, chunk: 0 }} isShown={chunk !== undefined}>
                  Chunks
                </ViewLink>
              </nav>
            </div>
            {shown.status === "failed" && shown !== newest && (
              <p className="mb-4 rounded-control bg-bad-soft px-3.5 py-2.5 text-sm text-bad">{describeFailed(shown)}</p>
            )}
            {chunk === undefined ? (
              <div className="rounded-card border border-line bg-surface px-5 py-5 shadow-xs md:px-8 md:py-7">
                <DocumentText key={shown.id} documentId={id} versionId={shown.id} />
              </div>
            ) : (
              <ChunkList key={shown.id} documentId={id} version={shown} chosen={chunk} />
            )}
          </section>
        )}
      </div>
    </>
  );
}

/** What the version was made from, and when that was last seen to be so. */
function Facts({ version: { originalType, verifiedAt } }: { version: Document["versions"][number] }) {
  const original = nameOriginalType(originalType);
  return (
    <p className="mt-1 text-sm text-ink-soft">
      {original && `Read from ${original} · `}
      Last checked on <time dateTime={verifiedAt}>{formatMoment(verifiedAt)}</time>
    </p>
  );
}

type ViewLinkProps = { documentId: DocumentId; search: DocumentSearch; isShown: boolean; children: string };

function ViewLink({ documentId, search, isShown, children }: ViewLinkProps) {
  return (
    <Link
      to="/knowledge/$documentId"
      params={{ documentId }}
      search={search}
      replace
      aria-current={isShown ? "page" : undefined}
      className={classNames(
        "flex h-7 items-center rounded-lg px-3 text-sm font-medium transition-colors",
        isShown ? "bg-surface text-ink shadow-xs" : "text-ink-soft hover:text-ink",
      )}
    >
      {children}
    </Link>
  );
}

type VersionLinkProps = {
  documentId: DocumentId;
  version: Document["versions"][number];
  isShown: boolean;
  /** It is the one that answers are made from. */
  answers: boolean;
  search: DocumentSearch;
};

function VersionLink({ documentId, version, isShown, answers, search }: VersionLinkProps) {
  const moment = version.readyAt ?? version.createdAt;
  return (
    <Link
      to="/knowledge/$documentId"
      params={{ documentId }}
      search={search}
      replace
      aria-current={isShown ? "true" : undefined}
      className={classNames(
        "block rounded-control px-3 py-2.5 text-sm transition-colors",
        isShown ? "bg-accent-soft" : "hover:bg-hover",
      )}
    >
      <span className="flex items-center justify-between gap-2">
        <span className="font-medium tabular-nums">Version {version.version}</span>
        {answers ? (
          <span className="text-xs font-medium text-accent-ink">In use</span>
        ) : (
          version.status !== "ready" && <DocumentStatus status={version.status} />
        )}
      </span>
      <span className="block text-xs text-ink-soft">
        {version.readyAt ? "Read on" : "Added on"} <time dateTime={moment}>{formatMoment(moment)}</time>
      </span>
    </Link>
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
