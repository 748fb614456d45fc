import type { CitedPassage, ConversationId, MessageId } from "@parley/contracts";
import { markSpan } from "@parley/ui/markdown/mark-span";
import type { Text } from "@parley/ui/markdown/markdown-tree";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BookOpen, ChevronRight, FileText, History, ShieldCheck, X } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { formatMoment } from "../../components/format-time.ts";
import { Markdown } from "../../components/markdown.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useTRPC } from "../../trpc.ts";

type CitedPassagePanelProps = {
  conversationId: ConversationId;
  messageId: MessageId;
  number: number;
  onClose: () => void;
};

/** A citation's passage in the version of the document that was cited, beside the conversation. */
export function CitedPassagePanel({ conversationId, messageId, number, onClose }: CitedPassagePanelProps) {
  const trpc = useTRPC();
  const query = useQuery(
    // The passage never changes; whether its document still says so does.
    trpc.conversations.citation.queryOptions({ conversationId, messageId, number }, { staleTime: 60_000 }),
  );
  const panel = useFocusWhileOpen();
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={`Citation ${number}`}
      className="panel absolute inset-0 z-10 flex flex-col border-line bg-surface outline-none sm:inset-s-auto sm:w-105 sm:border-s sm:shadow-xl xl:static xl:shadow-none 2xl:w-120"
    >
      <header className="flex min-h-16 items-center gap-3 border-b border-line ps-5 pe-3">
        <span aria-hidden className="citation-chip">
          {number}
        </span>
        <h2 className="min-w-0 grow truncate font-semibold" dir="auto">
          {query.data?.title ?? "Cited passage"}
        </h2>
        <Button variant="quiet" size="icon" onClick={onClose} aria-label="Close the citation" title="Close">
          <X aria-hidden className="size-4.5" />
        </Button>
      </header>
      <div className="min-h-0 grow overflow-y-auto px-5 py-4">
        {query.isPending && <PassageSkeleton />}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && <Passage passage={query.data} />}
      </div>
    </aside>
  );
}

function Passage({ passage }: { passage: CitedPassage }) {
  const { documentId, headingPath, pages, version, superseded, removed, address, readAt, verifiedAt } = passage;
  return (
    <>
      <dl className="mb-4 space-y-1.5 text-xs text-ink-soft">
        {headingPath.length > 0 && (
          <div className="flex items-start gap-2">
            <dt className="sr-only">Under the headings</dt>
            <FileText aria-hidden className="mt-px size-3.5 shrink-0" />
            <dd className="flex flex-wrap items-center gap-x-1" dir="auto">
              {headingPath.map((heading, depth) => (
                <span key={headingPath.slice(0, depth + 1).join("\n")} className="flex items-center gap-1">
                  {depth > 0 && <ChevronRight aria-hidden className="size-3 rtl:-scale-x-100" />}
                  {heading}
                </span>
              ))}
            </dd>
          </div>
        )}
        {pages && (
          <div className="flex items-center gap-2">
            <dt className="sr-only">Page</dt>
            <BookOpen aria-hidden className="size-3.5 shrink-0" />
            <dd>{pages.first === pages.last ? `Page ${pages.first}` : `Pages ${pages.first}–${pages.last}`}</dd>
          </div>
        )}
        <div className="flex items-center gap-2">
          <dt className="sr-only">Version</dt>
          <History aria-hidden className="size-3.5 shrink-0" />
          <dd>
            Version {version}, read on <time dateTime={readAt}>{formatMoment(readAt)}</time>
            {!removed && (
              <>
                {" "}
                ·{" "}
                <Link
                  to="/knowledge/$documentId"
                  params={{ documentId }}
                  search={{ version }}
                  className="font-medium text-accent-ink underline underline-offset-2"
                >
                  Whole document
                </Link>
              </>
            )}
            {address && (
              <>
                {" "}
                ·{" "}
                <a
                  href={address}
                  target="_blank"
                  rel="noopener noreferrer nofollow"
                  className="font-medium text-accent-ink underline underline-offset-2"
                >
                  Open the page
                </a>
              </>
            )}
          </dd>
        </div>
        <div className="flex items-center gap-2">
          <dt className="sr-only">Last verified</dt>
          <ShieldCheck aria-hidden className="size-3.5 shrink-0" />
          <dd>
            Last verified on <time dateTime={verifiedAt}>{formatMoment(verifiedAt)}</time>
          </dd>
        </div>
      </dl>
      {superseded && (
        <p className="mb-4 rounded-control bg-warn-soft px-3 py-2 text-sm text-warn">
          The document has a newer version. This is the one that was cited.
        </p>
      )}
      {removed && (
        <p className="mb-4 rounded-control bg-warn-soft px-3 py-2 text-sm text-warn">
          The document was removed since: nothing is answered from it any more. This is what was cited.
        </p>
      )}
      <PassageText key={`${passage.documentVersionId} ${passage.start}`} passage={passage} />
    </>
  );
}

/** The document's text around the citation, with the cited characters marked, and in view. */
function PassageText({ passage }: { passage: CitedPassage }) {
  const { text, textStart, start, end, mediaType } = passage;
  const container = useRef<HTMLDivElement>(null);
  const renderText = useCallback(
    (node: Text) =>
      markSpan(node, { start: start - textStart, end: end - textStart }).map(({ value, marked }) =>
        marked ? <mark key="marked">{value}</mark> : value,
      ),
    [start, end, textStart],
  );
  useEffect(() => {
    container.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, []);
  return (
    <div ref={container}>
      {mediaType === "text/markdown" ? (
        <Markdown source={text} renderText={renderText} topLevel={3} />
      ) : (
        <p className="whitespace-pre-wrap" dir="auto">
          {renderText({ type: "text", start: 0, end: text.length, value: text })}
        </p>
      )}
    </div>
  );
}

/** The panel has the focus when it opens; when it closes, what had it before gets it back. */
function useFocusWhileOpen() {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return panel;
}

function PassageSkeleton() {
  return (
    <div role="status" className="space-y-3">
      <span className="sr-only">Loading the cited passage</span>
      <Skeleton className="h-3 w-1/2" />
      <Skeleton className="mt-6 h-4 w-full" />
      <Skeleton className="h-4 w-11/12" />
      <Skeleton className="h-4 w-4/5" />
      <Skeleton className="h-4 w-full" />
    </div>
  );
}
