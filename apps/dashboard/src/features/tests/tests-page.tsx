import { Link } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { mayWrite, useMember } from "../../session/session.ts";
import { PageTitle } from "../../shell/page-title.tsx";
import { ChangesLink } from "./changes-link.tsx";
import { CreateTestForm } from "./create-test-form.tsx";
import { RunPanel } from "./run-panel.tsx";
import { type ListedTest, useLiveTests, useRuns, useTestActions, useTests } from "./use-tests.ts";
import { VerdictHistory, VerdictTag } from "./verdict-tag.tsx";

/** Questions that are asked again after each change, the failing ones first. */
export function TestsPage() {
  const mayAct = mayWrite(useMember());
  const query = useTests();
  const [newest] = useRuns().data ?? [];
  const { start } = useTestActions();
  const [isAdding, setAdding] = useState(false);
  useLiveTests();
  const tests = query.data;
  const isUnderWay = newest?.status === "queued" || newest?.status === "running";
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>Tests</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <header className="mb-6 flex flex-wrap items-start justify-between gap-4">
          <div className="min-w-0">
            <h1 className="text-xl font-semibold tracking-tight">Tests</h1>
            <p className="mt-1 text-ink-soft">
              Questions that are asked again whenever documents, guidance or the model change.
            </p>
          </div>
          {mayAct && tests && tests.length > 0 && (
            <div className="flex gap-2">
              <Button onClick={() => setAdding(true)}>Add a test</Button>
              <Button variant="primary" busy={start.isPending || isUnderWay} onClick={() => start.mutate()}>
                {isUnderWay ? "Running…" : "Run now"}
              </Button>
            </div>
          )}
        </header>
        {start.isError && <ErrorNotice error={start.error} className="mb-4" />}
        {isAdding && <CreateTestForm onDone={() => setAdding(false)} />}
        <ChangesLink />
        {newest && tests && tests.length > 0 && <RunPanel run={newest} mayAct={mayAct} />}
        {query.isPending && <Skeleton className="h-40 w-full !rounded-card" />}
        {query.isError && !tests && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {tests?.length === 0 && !isAdding && (
          <div className="rounded-card border border-dashed border-edge bg-surface">
            <EmptyState icon={ListChecks} title="No tests yet">
              <p className="mb-4">
                Pin a good answer in the inbox: “Pin as a test” stands below it. From then on you are told when a change
                of the knowledge, the guidance or the model takes its ground away.
              </p>
              {mayAct && <Button onClick={() => setAdding(true)}>Write one by hand</Button>}
            </EmptyState>
          </div>
        )}
        {tests && tests.length > 0 && (
          <ul
            aria-label="Tests"
            className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface shadow-xs"
          >
            {[...tests].sort(failingFirst).map((test) => (
              <TestRow key={test.id} test={test} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

const rank = ({ results: [newest] }: ListedTest) => ["failed", "new", undefined, "passed"].indexOf(newest?.verdict);
const failingFirst = (a: ListedTest, b: ListedTest) => rank(a) - rank(b);

function TestRow({ test: { id, question, results } }: { test: ListedTest }) {
  const [newest] = results;
  return (
    <li className="relative flex items-center gap-3 px-4 py-3 transition-colors hover:bg-hover md:px-5">
      <div className="min-w-0 grow">
        <Link
          to="/tests/$testId"
          params={{ testId: id }}
          dir="auto"
          // The whole row is the link.
          className="block truncate font-medium outline-offset-[-2px] after:absolute after:inset-0"
        >
          {question}
        </Link>
        {newest?.verdict === "passed" && newest.changed && (
          <span className="text-xs text-ink-soft">The answer reads otherwise than expected</span>
        )}
      </div>
      <span className="max-md:hidden">
        <VerdictHistory results={results} />
      </span>
      <VerdictTag verdict={newest?.verdict} />
    </li>
  );
}
