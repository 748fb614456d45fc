import type { DocumentId } from "@parley/contracts";
import { Link } from "@tanstack/react-router";
import { Scissors } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import type { ApiOutputs } from "../../trpc.ts";
import { HeadingPath } from "./heading-path.tsx";
import { pagePhrase } from "./page-phrase.ts";
import { type ListedChunk, useChunks } from "./use-chunks.ts";

type Version = ApiOutputs["knowledge"]["documents"]["get"]["versions"][number];

type ChunkListProps = {
  documentId: DocumentId;
  version: Version;
  /** The chunk that is in sight, by its place, from 0. */
  chosen: number;
};

/** What a version was cut into: each chunk is found, and cited, as one. */
export function ChunkList({ documentId, version, chosen }: ChunkListProps) {
  // A click on a chunk chooses it, and fetches nothing anew.
  const [near] = useState(chosen);
  const query = useChunks(documentId, version, near);
  if (query.isPending) return <ListSkeleton />;
  if (!query.data) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  const { chunks, total } = query.data;
  if (total === 0) {
    return (
      <EmptyState icon={Scissors} title="No chunks">
        {version.status === "ready"
          ? "Only the version that is in use has chunks. Those of the versions before it are deleted; citations of them stay."
          : version.status === "failed"
            ? "This version could not be read."
            : "This version is being read."}
      </EmptyState>
    );
  }
  return (
    <>
      <p className="mb-3 text-sm text-ink-soft">
        {total === 1 ? "One chunk" : `${total.toLocaleString()} chunks`}. Each is found, and cited, as one, together
        with the headings above it. What stands in none, such as a heading by itself, is not searched.
      </p>
      {query.hasPreviousPage && (
        <More busy={query.isFetchingPreviousPage} onClick={() => void query.fetchPreviousPage()}>
          Show earlier chunks
        </More>
      )}
      <ol className="space-y-3">
        {chunks.map((chunk) => (
          <li key={chunk.id}>
            <Chunk
              documentId={documentId}
              version={version.version}
              chunk={chunk}
              isChosen={chunk.ordinal === chosen}
            />
          </li>
        ))}
      </ol>
      {query.isFetchNextPageError && <ErrorNotice error={query.error} onRetry={() => void query.fetchNextPage()} />}
      {query.hasNextPage && (
        <More busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more chunks
        </More>
      )}
    </>
  );
}

type ChunkProps = { documentId: DocumentId; version: number; chunk: ListedChunk; isChosen: boolean };

function Chunk({ documentId, version, chunk, isChosen }: ChunkProps) {
  const { ordinal, headingPath, start, end, tokens, pages, text } = chunk;
  const place = useRef<HTMLElement>(null);
  // When the page opens at it; later it is in sight already.
  const wasChosen = useRef(isChosen);
  useEffect(() => {
    if (wasChosen.current && ordinal > 0) place.current?.scrollIntoView({ block: "center" });
  }, [ordinal]);
  return (
    <article
      ref={place}
      aria-label={`Chunk ${ordinal + 1}`}
      aria-current={isChosen ? "true" : undefined}
      className={classNames(
        "rounded-card border bg-surface shadow-xs",
        isChosen ? "border-accent outline-1 outline-accent" : "border-line",
      )}
    >
      <header className="border-b border-dashed border-line px-4 py-2.5">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h3 className="text-sm font-semibold">
            <Link
              to="/knowledge/$documentId"
              params={{ documentId }}
              search={{ version, chunk: ordinal }}
              replace
              resetScroll={false}
              className="rounded-md hover:underline"
            >
              Chunk {ordinal + 1}
            </Link>
          </h3>
          <p className="text-xs text-ink-soft tabular-nums">
            {pages && `${pagePhrase(pages)} · `}
            characters {start.toLocaleString()}–{end.toLocaleString()} · about {tokens.toLocaleString()} tokens
          </p>
        </div>
        <HeadingPath path={headingPath} />
      </header>
      <p className="px-4 py-3 font-mono text-xs/5 whitespace-pre-wrap wrap-anywhere" dir="auto">
        {text}
      </p>
    </article>
  );
}

function More({ busy, onClick, children }: { busy: boolean; onClick: () => void; children: string }) {
  return (
    <div className="my-3 text-center">
      <Button busy={busy} onClick={onClick}>
        {busy ? "Loading…" : children}
      </Button>
    </div>
  );
}

function ListSkeleton() {
  return (
    <div role="status" className="space-y-3">
      <span className="sr-only">Loading the chunks</span>
      <Skeleton className="h-28 w-full !rounded-card" />
      <Skeleton className="h-28 w-full !rounded-card" />
      <Skeleton className="h-28 w-full !rounded-card" />
    </div>
  );
}
