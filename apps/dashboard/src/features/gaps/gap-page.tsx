import type { GapId } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Age } from "../../components/age.tsx";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useMember } from "../../session/session.ts";
import { PageTitle } from "../../shell/page-title.tsx";
import { useTRPC } from "../../trpc.ts";
import { AskedChart } from "./asked-chart.tsx";
import { DraftEditor } from "./draft-editor.tsx";
import { articleWords, GapStateTag } from "./gap-state.tsx";
import { type GapDetail, useGapActions, useLiveGaps } from "./use-gaps.ts";

const reasons: Record<GapDetail["questions"][number]["reason"], string> = {
  unknown: "The assistant did not know",
  failed: "The assistant failed",
  handed_off: "Handed to a person",
  voted_down: "The answer did not help",
};

/** One gap: who asked, how often, and the article that closes it. */
export function GapPage() {
  const gapId = useParams({ from: "/app/gaps/$gapId" }).gapId as GapId;
  const trpc = useTRPC();
  const query = useQuery(trpc.gaps.get.queryOptions({ gapId }));
  useLiveGaps({ isReading: query.data?.article === "reading" });
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>Gap</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <Link
          to="/gaps"
          className="mb-4 inline-flex items-center gap-1.5 rounded-md text-sm font-medium text-ink-soft hover:text-ink"
        >
          <ArrowLeft aria-hidden className="size-4 rtl:-scale-x-100" />
          Gaps
        </Link>
        {query.isPending && <Skeleton className="h-60 w-full !rounded-card" />}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && <GapView key={gapId} gap={query.data} />}
      </div>
    </div>
  );
}

function GapView({ gap }: { gap: GapDetail }) {
  const { id, question, state, draft, documentId, publishedAt, article } = gap;
  const { member } = useMember();
  const mayAct = member.role === "owner" || member.role === "admin";
  const actions = useGapActions(id);
  const [isAsking, setIsAsking] = useState(false);
  // How often it was drafted here: each time the editor begins with what was drafted.
  const [drafted, setDrafted] = useState(0);
  const [isUnsaved, setIsUnsaved] = useState(false);
  function draftAnew() {
    actions.draft.mutate(undefined, {
      onSuccess() {
        actions.save.reset();
        setDrafted((times) => times + 1);
        setIsAsking(false);
      },
    });
  }
  const failed = (!isAsking && actions.draft.error) || (actions.ignore.error ?? actions.reopen.error);
  return (
    <>
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <h1 className="min-w-0 text-xl font-semibold tracking-tight wrap-anywhere whitespace-pre-line" dir="auto">
          {question}
        </h1>
        <GapStateTag state={state} />
      </header>
      {state === "closed" && documentId && publishedAt && (
        <p className="mt-1 text-sm text-ink-soft">
          Published <Age at={publishedAt} /> ·{" "}
          {article === "removed" ? (
            "The article"
          ) : (
            <Link to="/knowledge/$documentId" params={{ documentId }} className="link">
              The article
            </Link>
          )}
          {article && article !== "ready" && ` ${articleWords[article]}`}
        </p>
      )}
      {failed && <ErrorNotice error={failed} className="mt-4" />}
      {mayAct && (
        <div className="mt-4 flex flex-wrap gap-2">
          {(state === "open" || state === "drafted") && (
            <>
              <Button
                variant={state === "open" ? "primary" : "secondary"}
                busy={actions.draft.isPending}
                onClick={state === "open" ? draftAnew : () => setIsAsking(true)}
              >
                {state === "open" ? "Draft an article" : "Draft anew"}
              </Button>
              <Button busy={actions.ignore.isPending} onClick={() => actions.ignore.mutate()}>
                Ignore
              </Button>
            </>
          )}
          {(state === "closed" || state === "ignored") && (
            <Button busy={actions.reopen.isPending} onClick={() => actions.reopen.mutate()}>
              Open again
            </Button>
          )}
        </div>
      )}
      {isAsking && (
        <ConfirmDialog
          title="Draft it anew?"
          action="Draft anew"
          busyAction="Drafting…"
          busy={actions.draft.isPending}
          error={actions.draft.isError && <ErrorNotice error={actions.draft.error} />}
          onConfirm={draftAnew}
          onClosed={() => setIsAsking(false)}
        >
          <p>The draft is replaced by what a person answered in a conversation. What was written here is lost.</p>
        </ConfirmDialog>
      )}
      <div className="mt-6 grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0 space-y-4">
          {(state === "drafted" || isUnsaved) && draft && mayAct && (
            <DraftEditor
              key={drafted}
              draft={draft}
              state={state}
              save={actions.save}
              publish={actions.publish}
              onUnsaved={setIsUnsaved}
            />
          )}
          <Questions questions={gap.questions} asked={gap.asked} />
        </div>
        <AskedChart gap={gap} />
      </div>
    </>
  );
}

function Questions({ questions, asked }: Pick<GapDetail, "questions" | "asked">) {
  return (
    <section aria-labelledby="asked" className="rounded-card border border-line bg-surface shadow-xs">
      <h2 id="asked" className="px-4 pt-4 text-sm font-semibold md:px-5">
        Who asked
      </h2>
      {questions.length < asked && (
        <p className="px-4 text-xs text-ink-soft md:px-5">
          The newest {questions.length} of {asked.toLocaleString("en")}
        </p>
      )}
      <ul className="divide-y divide-line">
        {questions.map(({ messageId, conversationId, said, reason, askedAt }) => (
          <li key={messageId} className="px-4 py-3 text-sm md:px-5">
            <Link
              to="/inbox/$conversationId"
              params={{ conversationId }}
              dir="auto"
              className="wrap-anywhere font-medium underline-offset-2 hover:underline"
            >
              {said}
            </Link>
            <span className="block text-xs text-ink-soft">
              {reasons[reason]} · <Age at={askedAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
