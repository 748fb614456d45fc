import { useNavigate, useSearch } from "@tanstack/react-router";
import { SearchX, TextSearch } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { FoundPassage } from "./found-passage.tsx";
import { KnowledgeFrame } from "./knowledge-frame.tsx";
import { type KnowledgeSearch, parseKnowledgeSearch } from "./knowledge-search.ts";
import { SearchVerdict } from "./search-verdict.tsx";
import { type ExplainedSearch, useExplainedSearch } from "./use-explained-search.ts";
import { WordTable } from "./word-table.tsx";

/** What a question finds, in which order, and why. */
export function SearchPage() {
  const search = parseKnowledgeSearch(useSearch({ from: "/app/knowledge/search" }));
  const query = useExplainedSearch(search);
  return (
    <KnowledgeFrame
      title="Search the knowledge"
      lead="Ask as a visitor would: what is found, in which order and why, and whether it is enough for an answer."
    >
      <SearchForm search={search} busy={query.isFetching} />
      <p role="status" className="sr-only">
        {query.data && !query.isFetching && describeFound(query.data)}
      </p>
      <div aria-busy={query.isFetching} className="mt-6">
        {search.q === undefined && (
          <div className="rounded-card border border-dashed border-edge bg-surface">
            <EmptyState icon={TextSearch} title="Nothing was asked yet">
              <p>
                The question is searched just as the assistant does it. Nobody is answered, and no language model is
                asked.
              </p>
            </EmptyState>
          </div>
        )}
        {query.isLoading && <ResultSkeleton />}
        {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {search.q !== undefined && query.data && !query.isError && (
          <div className={query.isPlaceholderData ? "opacity-50" : undefined}>
            <Results found={query.data} />
          </div>
        )}
      </div>
    </KnowledgeFrame>
  );
}

function SearchForm({ search, busy }: { search: KnowledgeSearch; busy: boolean }) {
  const { q, after } = search;
  const navigate = useNavigate({ from: "/knowledge/search" });
  const [goesOn, setGoesOn] = useState(after !== undefined);
  const [entered, setEntered] = useState({ q: q ?? "", after: after ?? "" });
  const [shown, setShown] = useState(search);
  if (shown.q !== q || shown.after !== after) {
    setShown(search);
    setEntered({ q: q ?? "", after: after ?? "" });
    setGoesOn(after !== undefined);
  }
  const before = useRef<HTMLInputElement>(null);
  const wantsFocus = useRef(false);
  useEffect(() => {
    if (goesOn && wantsFocus.current) before.current?.focus();
  }, [goesOn]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void navigate({ search: parseKnowledgeSearch(goesOn ? entered : { q: entered.q }) });
  }

  return (
    <search>
      <form onSubmit={submit}>
        {goesOn && (
          <TextField
            ref={before}
            className="!mt-0 mb-4"
            label="The question before it"
            name="after"
            value={entered.after}
            onChange={({ target }) => setEntered({ ...entered, after: target.value })}
            maxLength={4_000}
            autoComplete="off"
            hint="“And how much is it?” is searched as what it means after this one."
          />
        )}
        <div className="flex flex-wrap items-end gap-3">
          <TextField
            className="!mt-0 min-w-0 flex-1 basis-60"
            label="A question"
            name="q"
            type="search"
            required
            value={entered.q}
            onChange={({ target }) => setEntered({ ...entered, q: target.value })}
            maxLength={4_000}
            autoComplete="off"
            autoFocus={q === undefined}
          />
          <Button type="submit" variant="primary" size="medium" busy={busy} className="max-sm:w-full">
            {busy ? "Searching…" : "Search"}
          </Button>
        </div>
        {!goesOn && (
          <button
            type="button"
            className="link mt-2.5 text-sm"
            onClick={() => {
              wantsFocus.current = true;
              setGoesOn(true);
            }}
          >
            It goes on from another question
          </button>
        )}
      </form>
    </search>
  );
}

const describeFound = ({ passages }: ExplainedSearch) =>
  passages.length === 1 ? "1 passage was found" : `${passages.length} passages were found`;

function Results({ found }: { found: ExplainedSearch }) {
  const { question, asked, words, passages, verdict } = found;
  if (passages.length === 0) {
    return (
      <div className="rounded-card border border-dashed border-edge bg-surface">
        <EmptyState icon={SearchX} title="Nothing was found">
          <p>No document is ready to be searched. Add some, or wait until they are read.</p>
        </EmptyState>
      </div>
    );
  }
  const given = passages.filter(({ isGiven }) => isGiven);
  const others = passages.filter(({ isGiven }) => !isGiven);
  return (
    <>
      {asked !== question && (
        <p
          className="mb-4 rounded-control bg-sunken px-3.5 py-2.5 text-sm whitespace-pre-line text-ink-soft"
          dir="auto"
        >
          <span className="font-medium text-ink">Searched as: </span>
          {asked.replaceAll("\n", " · ")}
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <SearchVerdict verdict={verdict} passages={passages} />
        <WordTable words={words} />
      </div>
      <section aria-labelledby="given" className="mt-8">
        <h2 id="given" className="font-semibold">
          {given.length === 1 ? "The passage" : `The ${given.length} passages`} that an answer is written from
        </h2>
        <ol className="mt-3 space-y-4">
          {given.map((passage) => (
            <FoundPassage key={passage.chunkId} passage={passage} words={words} />
          ))}
        </ol>
      </section>
      {others.length > 0 && (
        <section aria-labelledby="others" className="mt-8">
          <h2 id="others" className="font-semibold">
            Found as well, and left out
          </h2>
          <ol className="mt-3 space-y-4">
            {others.map((passage) => (
              <FoundPassage key={passage.chunkId} passage={passage} words={words} />
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function ResultSkeleton() {
  return (
    <div role="status" className="space-y-4">
      <span className="sr-only">Searching</span>
      <Skeleton className="h-28 w-full !rounded-card" />
      <Skeleton className="h-44 w-full !rounded-card" />
      <Skeleton className="h-44 w-full !rounded-card" />
    </div>
  );
}
