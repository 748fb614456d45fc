import type { DocumentId, DocumentVersionId } from "@parley/contracts";
import { FileText } from "lucide-react";
import { Fragment, useEffect, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useDocumentText } from "./use-document-text.ts";

type DocumentTextProps = { documentId: DocumentId; versionId: DocumentVersionId };

/** What a version of a document says, as far as it was asked for. */
export function DocumentText({ documentId, versionId }: DocumentTextProps) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useDocumentText(
    documentId,
    versionId,
  );
  const newestPage = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const count = data?.pages.length ?? 0;
  const showMore = async () => {
    wantsFocus.current = true;
    const { isError } = await fetchNextPage();
    if (isError) wantsFocus.current = false;
  };
  // The button goes with the last page: reading goes on where the new one begins, as soon as that is there.
  useEffect(() => {
    if (count === 0 || !wantsFocus.current) return;
    wantsFocus.current = false;
    newestPage.current?.focus({ preventScroll: true });
  }, [count]);
  if (isPending) return <TextSkeleton />;
  if (!data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;

  const { pages } = data;
  if (!pages.some(({ text }) => text.trim())) {
    return (
      <EmptyState icon={FileText} title="Nothing to read">
        There is no text in this version, or it was deleted when the document was removed once.
      </EmptyState>
    );
  }
  return (
    <div className="space-y-5">
      {pages.map(({ text, mediaType, filePages, next }) => (
        <div
          key={next}
          ref={next === pages.at(-1)?.next ? newestPage : undefined}
          tabIndex={-1}
          className="outline-none"
        >
          {mediaType === "text/markdown" ? (
            <Markdown source={text} topLevel={3} />
          ) : (
            <PlainText text={text} filePages={filePages} />
          )}
        </div>
      ))}
      {error && <ErrorNotice error={error} onRetry={() => void showMore()} />}
      {hasNextPage && !error && (
        <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
          <p className="text-sm text-ink-soft">{sharePhrase(pages.at(-1))}</p>
          <Button busy={isFetchingNextPage} onClick={() => void showMore()}>
            {isFetchingNextPage ? "Loading…" : "Show more"}
          </Button>
        </div>
      )}
    </div>
  );
}

type PlainTextProps = { text: string; filePages: { number: number; start: number }[] };

/** Text as it is, and over the pages of a file their numbers. */
function PlainText({ text, filePages }: PlainTextProps) {
  const parts = [{ number: undefined, start: 0 }, ...filePages].map(({ number, start }, index) => ({
    number,
    start,
    words: text.slice(start, filePages[index]?.start).trim(),
  }));
  return parts.map(({ number, start, words }) => (
    <Fragment key={`${number} ${start}`}>
      {number && <p className="mt-6 mb-2 border-t border-line pt-2 text-xs text-ink-soft first:mt-0">Page {number}</p>}
      {words && (
        <p className="whitespace-pre-wrap wrap-anywhere" dir="auto">
          {words}
        </p>
      )}
    </Fragment>
  ));
}

/** How much of the text is shown; in whole percent, since that is all that a reader needs. */
function sharePhrase(last: { next: number | null; length: number } | undefined): string {
  if (!last?.next) return "";
  return `${Math.max(1, Math.floor((100 * last.next) / last.length))}% of this version is shown.`;
}

function TextSkeleton() {
  return (
    <div role="status" className="space-y-3">
      <span className="sr-only">Loading the text</span>
      <Skeleton className="h-6 w-2/5" />
      <Skeleton className="mt-6 h-4 w-full" />
      <Skeleton className="h-4 w-11/12" />
      <Skeleton className="h-4 w-4/5" />
    </div>
  );
}
