import { type GapState, mostGapsListed } from "@parley/contracts";
import { Link, useSearch } from "@tanstack/react-router";
import { PackageOpen } from "lucide-react";
import { Age } from "../../components/age.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import { PageTitle } from "../../shell/page-title.tsx";
import { articleWords, GapStateTag } from "./gap-state.tsx";
import { sinceThen, times } from "./times.ts";
import { type ListedGap, useGaps, useLiveGaps } from "./use-gaps.ts";

const views = {
  open: { label: "To do", states: ["open", "drafted"] },
  closed: { label: "Closed", states: ["closed"] },
  ignored: { label: "Ignored", states: ["ignored"] },
} as const satisfies Record<string, { label: string; states: GapState[] }>;

/** What visitors ask and the knowledge does not hold, the most wanted first. */
export function GapsPage() {
  const { show: view = "open" } = useSearch({ from: "/app/gaps" });
  const query = useGaps([...views[Object.hasOwn(views, view) ? view : "open"].states]);
  useLiveGaps();
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>Gaps</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <header className="mb-6">
          <h1 className="text-xl font-semibold tracking-tight">Gaps</h1>
          <p className="mt-1 text-ink-soft">
            What visitors asked and got no answer to, those who asked the same together. One click drafts the article.
            The built-in embedder compares them; it is made for English.
          </p>
          <nav aria-label="States" className="mt-4 inline-flex gap-0.5 rounded-xl bg-sunken p-1">
            {Object.entries(views).map(([key, { label }]) => (
              <Link
                key={key}
                to="/gaps"
                search={{ show: key as keyof typeof views }}
                aria-current={view === key ? "page" : undefined}
                className={`flex h-8 items-center rounded-lg px-3 text-sm font-medium transition-colors ${view === key ? "bg-surface text-ink shadow-xs" : "text-ink-soft hover:text-ink"}`}
              >
                {label}
              </Link>
            ))}
          </nav>
        </header>
        {query.isPending && <Skeleton className="h-40 w-full !rounded-card" />}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data?.length === 0 && (
          <div className="rounded-card border border-dashed border-edge bg-surface">
            <EmptyState icon={PackageOpen} title="No gaps here">
              <p>
                {view === "open"
                  ? "A question that is not answered, is handed to a person or is voted down turns up here by itself."
                  : "Gaps that are closed or ignored are kept here, and go on being counted."}
              </p>
            </EmptyState>
          </div>
        )}
        {query.data && query.data.length >= mostGapsListed && (
          <Notice tone="plain" className="mb-4">
            These are the {mostGapsListed} that were asked most often lately. Close or ignore some to see the others.
          </Notice>
        )}
        {query.data && query.data.length > 0 && (
          <ul
            aria-label="Gaps"
            className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface shadow-xs"
          >
            {query.data.map((gap) => (
              <GapRow key={gap.id} gap={gap} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function GapRow({ gap }: { gap: ListedGap }) {
  const { id, question, state, asked, askedLately, askedSince, lastAskedAt, article } = gap;
  return (
    <li className="relative flex items-center gap-3 px-4 py-3 transition-colors hover:bg-hover md:px-5">
      <div className="min-w-0 grow">
        <Link
          to="/gaps/$gapId"
          params={{ gapId: id }}
          dir="auto"
          // The whole row is the link.
          className="block truncate font-medium outline-offset-[-2px] after:absolute after:inset-0"
        >
          {question}
        </Link>
        <span className="block text-xs text-ink-soft">
          {state === "closed" && article && article !== "ready" && `The article ${articleWords[article]} · `}
          {state === "closed"
            ? `Since it was published: ${sinceThen(gap)}`
            : `Asked ${times(asked)}${askedLately < asked ? `, ${askedLately === 0 ? "not" : times(askedLately)} in the last 30 days` : ""}`}
          {lastAskedAt && (state !== "closed" || askedSince > 0) && (
            <>
              {state === "closed" ? ", last " : " · "}
              <Age at={lastAskedAt} />
            </>
          )}
        </span>
      </div>
      <GapStateTag state={state} />
    </li>
  );
}
