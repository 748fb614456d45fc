import type { KnowledgeTestId } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Age } from "../../components/age.tsx";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { mayWrite, useMember } from "../../session/session.ts";
import { PageTitle } from "../../shell/page-title.tsx";
import { useTRPC } from "../../trpc.ts";
import { describeChanges } from "./describe-change.ts";
import { QuoteList } from "./quote-list.tsx";
import { type TestDetail, type TestResult, useLiveTests, useTestActions } from "./use-tests.ts";
import { VerdictTag } from "./verdict-tag.tsx";
import { describeWrongWords, wordsOf } from "./words.ts";
import { WordsField } from "./words-field.tsx";

/** One test: what is expected, what was answered last, and what came out before. */
export function TestPage() {
  const testId = useParams({ from: "/app/tests/$testId" }).testId as KnowledgeTestId;
  const trpc = useTRPC();
  const query = useQuery(trpc.knowledgeTests.get.queryOptions({ testId }));
  useLiveTests();
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>Test</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <Link
          to="/tests"
          className="mb-4 inline-flex items-center gap-1.5 rounded-md text-sm font-medium text-ink-soft hover:text-ink"
        >
          <ArrowLeft aria-hidden className="size-4 rtl:-scale-x-100" />
          Tests
        </Link>
        {query.isPending && <Skeleton className="h-60 w-full !rounded-card" />}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && <TestView test={query.data} />}
      </div>
    </div>
  );
}

function TestView({ test }: { test: TestDetail }) {
  const mayAct = mayWrite(useMember());
  const { id, question, history, expected, conversationId, createdBy, createdAt, results } = test;
  const [newest] = results;
  return (
    <>
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <h1 className="min-w-0 text-xl font-semibold tracking-tight wrap-anywhere" dir="auto">
          {question}
        </h1>
        <VerdictTag verdict={newest?.verdict} />
      </header>
      <p className="mt-1 text-sm text-ink-soft">
        {conversationId ? "Pinned" : "Written"} by {createdBy ?? "a member"}, <Age at={createdAt} />
        {conversationId && (
          <>
            {" · "}
            <Link to="/inbox/$conversationId" params={{ conversationId }} className="link">
              The conversation
            </Link>
          </>
        )}
        {history.length > 0 &&
          ` · Asked after ${history.length} earlier ${history.length === 1 ? "message" : "messages"}`}
      </p>
      <div className="mt-6 grid grid-cols-1 gap-4 md:grid-cols-2">
        <Side title="Expected">
          {expected ? (
            <>
              <Answer text={expected.answer} />
              <QuoteList
                label="Expected sources"
                quotes={expected.citations}
                missing={newest?.missing.citations ?? []}
              />
            </>
          ) : (
            <p className="text-sm text-ink-soft">
              {test.words.length > 0
                ? "Only the words below: nobody has said yet which answer is right."
                : "Nobody has said yet which answer is right."}
            </p>
          )}
        </Side>
        <Side title="Answered last">
          {newest ? (
            <Got testId={id} result={newest} mayAct={mayAct} isDecided={expected !== null} />
          ) : (
            <p className="text-sm text-ink-soft">It was not asked yet. It is with the next run.</p>
          )}
        </Side>
      </div>
      {mayAct && <WordsForm test={test} />}
      {results.length > 0 && <History results={results} />}
      {mayAct && <Remove testId={id} />}
    </>
  );
}

function Side({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <h2 className="mb-3 text-sm font-semibold">{title}</h2>
      {children}
    </section>
  );
}

const Answer = ({ text }: { text: string }) => (
  <div dir="auto" className="wrap-anywhere">
    <Markdown source={text} />
  </div>
);

type GotProps = { testId: KnowledgeTestId; result: TestResult; mayAct: boolean; isDecided: boolean };

function Got({ testId, result, mayAct, isDecided }: GotProps) {
  const { accept } = useTestActions();
  const { runId, answer, citations, missing, verdict, changed, model, answerer } = result;
  return (
    <>
      <Answer text={answer} />
      {missing.words.length > 0 && (
        <p className="mt-3 text-sm text-bad">It does not hold {missing.words.map((word) => `“${word}”`).join(", ")}.</p>
      )}
      <QuoteList label="Sources of the answer" quotes={citations} />
      <p className="mt-3 text-xs text-ink-soft">
        By {model ?? (answerer === "built-in" ? "the built-in answerer" : answerer)}
      </p>
      {accept.isError && <ErrorNotice error={accept.error} className="mt-3" />}
      {mayAct && (verdict !== "passed" || changed || !isDecided) && (
        <Button className="mt-3" busy={accept.isPending} onClick={() => accept.mutate({ testId, runId })}>
          This answer is right
        </Button>
      )}
    </>
  );
}

function WordsForm({ test: { id, words } }: { test: TestDetail }) {
  const { change } = useTestActions();
  const kept = words.join(", ");
  const [line, setLine] = useState(kept);
  const [base, setBase] = useState(kept);
  if (kept !== base) {
    setBase(kept);
    if (line === base) setLine(kept);
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (change.isPending || describeWrongWords(line)) return;
    const next = wordsOf(line);
    change.mutate(
      { testId: id, words: next },
      { onSuccess: () => setLine((now) => (now === line ? next.join(", ") : now)) },
    );
  }
  return (
    <form onSubmit={submit} className="mt-6 flex flex-wrap items-end gap-3">
      <WordsField className="!mt-0 min-w-0 flex-1 basis-60" line={line} onLine={setLine} placeholder="None" />
      <Button type="submit" size="medium" busy={change.isPending}>
        {change.isPending ? "Saving…" : "Save"}
      </Button>
      <span role="status" className="w-full text-sm text-good">
        {change.isSuccess && line === kept && "Saved: they hold from the next run on"}
      </span>
      {change.isError && <ErrorNotice error={change.error} className="w-full" />}
    </form>
  );
}

function History({ results }: { results: readonly TestResult[] }) {
  return (
    <section aria-labelledby="history" className="mt-8">
      <h2 id="history" className="mb-2.5 text-sm font-semibold">
        Runs
      </h2>
      <ol className="divide-y divide-line rounded-card border border-line bg-surface shadow-xs">
        {results.map(({ runId, verdict, cause, changes, at }) => (
          <li key={runId} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
            <VerdictTag verdict={verdict} />
            <span className="min-w-0 grow text-ink-soft wrap-anywhere" dir="auto">
              {describeChanges(changes) || (cause === "asked" ? "Asked for by a member" : "The first run")}
            </span>
            <Age at={at} className="text-ink-soft" />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Remove({ testId }: { testId: KnowledgeTestId }) {
  const navigate = useNavigate();
  const { remove } = useTestActions();
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button variant="quiet" className="mt-6 text-bad" onClick={() => setAsking(true)}>
        Remove the test
      </Button>
      {isAsking && (
        <ConfirmDialog
          title="Remove this test?"
          action="Remove"
          busyAction="Removing…"
          busy={remove.isPending}
          error={remove.isError && <ErrorNotice error={remove.error} />}
          onConfirm={() => remove.mutate(testId, { onSuccess: () => void navigate({ to: "/tests" }) })}
          onClosed={() => setAsking(false)}
        >
          <p>It is not asked again, and what came out of it is gone.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
