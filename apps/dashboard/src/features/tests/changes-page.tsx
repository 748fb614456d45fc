import { Link } from "@tanstack/react-router";
import { ArrowLeft, GitPullRequestArrow } from "lucide-react";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { mayWrite, useMember } from "../../session/session.ts";
import { PageTitle } from "../../shell/page-title.tsx";
import { useMayManage } from "../knowledge/sources/use-sources.ts";
import { ChangedAnswers } from "./changed-answers.tsx";
import { CheckChoice } from "./check-choice.tsx";
import { CheckPanel } from "./check-panel.tsx";
import { HeldList } from "./held-list.tsx";
import { PublishBar } from "./publish-bar.tsx";
import { type HeldChanges, useChanges, useLiveHeldDocuments } from "./use-changes.ts";
import { useLiveTests } from "./use-tests.ts";

/** Changes that wait to be published, and which answers change with them. */
export function ChangesPage() {
  const query = useChanges();
  useLiveTests();
  useLiveHeldDocuments();
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>Changes</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <Link
          to="/tests"
          className="mb-4 inline-flex items-center gap-1.5 rounded-md text-sm font-medium text-ink-soft hover:text-ink"
        >
          <ArrowLeft aria-hidden className="size-4 rtl:-scale-x-100" />
          Tests
        </Link>
        <header className="mb-6">
          <h1 className="text-xl font-semibold tracking-tight">Changes</h1>
          <p className="mt-1 text-ink-soft">
            What documents and guidance are about to become, and which answers change with that.
          </p>
        </header>
        {query.isPending && <Skeleton className="h-60 w-full !rounded-card" />}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && <ChangesView changes={query.data} />}
      </div>
    </div>
  );
}

function ChangesView({ changes }: { changes: HeldChanges }) {
  const mayAct = mayWrite(useMember());
  const mayManage = useMayManage();
  const { mode, seen, check, answers, tests } = changes;
  return (
    <div className="space-y-6">
      {seen === null ? (
        <div className="rounded-card border border-dashed border-edge bg-surface">
          <EmptyState icon={GitPullRequestArrow} title="No change waits">
            <p>
              {mode === "off"
                ? "Changes of documents, of the assistant's settings and of its models are in use at once. They can wait here instead, until the tests were asked with them."
                : "Once a document is added, changed or removed, or the assistant's settings or models are, you see here which answers change, before visitors do."}
            </p>
          </EmptyState>
        </div>
      ) : (
        <>
          <HeldList changes={changes} />
          {tests > 0 ? (
            <CheckPanel check={check} mayAct={mayAct} />
          ) : (
            <p className="text-sm text-ink-soft">There are no tests to be asked with them.</p>
          )}
          {mayManage && <PublishBar changes={changes} seen={seen} />}
          {check && (
            <section aria-labelledby="answers">
              <h2 id="answers" className="mb-2.5 text-sm font-semibold">
                Answers
              </h2>
              {check.asked > 0 && <ChangedAnswers answers={answers} />}
              {check.asked === 0 && (
                <p className="text-sm text-ink-soft">No question was asked with these changes yet.</p>
              )}
            </section>
          )}
        </>
      )}
      <CheckChoice mode={mode} mayManage={mayManage} />
    </div>
  );
}
