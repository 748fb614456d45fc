import type { RunId } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration } from "../../components/format-time.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useTRPC } from "../../trpc.ts";
import { budgetSteps } from "./budget-steps.ts";
import { placeOf } from "./place-of.ts";
import { describeOutcome, describeRoute, formatAsked, formatTokens } from "./receipt-attempts.ts";
import {
  elapsedMs,
  formatAnswerer,
  formatCost,
  formatTokensRead,
  formatTokensWritten,
  type Receipt as ReceiptData,
} from "./receipt-figures.ts";

type ReceiptProps = { id: string; runId: RunId };

/** What an answer was made from, by what, and what it took. */
export function Receipt({ id, runId }: ReceiptProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.runs.get.queryOptions({ runId }, { staleTime: Number.POSITIVE_INFINITY }));
  return (
    <section
      id={id}
      aria-label="Receipt"
      className="mt-1 w-full max-w-[40rem] rounded-card border border-line bg-surface text-sm shadow-xs"
    >
      {query.isPending && (
        <div role="status" className="space-y-2.5 p-4">
          <span className="sr-only">Loading the receipt</span>
          <Skeleton className="h-4 w-1/2" />
          <Skeleton className="h-4 w-4/5" />
          <Skeleton className="h-4 w-3/5" />
        </div>
      )}
      {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} className="m-2" />}
      {query.data && <ReceiptFigures receipt={query.data} />}
    </section>
  );
}

/** The receipt of a run, or of an answer that belongs to none. */
export function ReceiptFigures({ receipt }: { receipt: Omit<ReceiptData, "runId"> }) {
  const {
    queuedAt,
    firstWordsAt,
    finishedAt,
    reason,
    passages,
    costMicros,
    largeCostMicros,
    route,
    taken,
    budgetStep,
  } = receipt;
  const firstWordsMs = elapsedMs(queuedAt, firstWordsAt);
  const totalMs = elapsedMs(queuedAt, finishedAt);
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 p-4 sm:grid-cols-3">
        <Figure name="Answered by">{formatAnswerer(receipt)}</Figure>
        <Figure name="Cost">{formatCost(costMicros)}</Figure>
        <Figure name="First words after">{firstWordsMs === undefined ? "—" : formatDuration(firstWordsMs)}</Figure>
        <Figure name="Tokens read">{formatTokensRead(receipt)}</Figure>
        <Figure name="Tokens written">{formatTokensWritten(receipt)}</Figure>
        <Figure name="Complete after">{totalMs === undefined ? "—" : formatDuration(totalMs)}</Figure>
        {route?.largeModel && <Figure name={`By ${route.largeModel} alone`}>{formatCost(largeCostMicros)}</Figure>}
        {budgetStep && <Figure name="Budget">{budgetSteps[budgetStep]}</Figure>}
        {taken > 1 && <Figure name="Taken up">{`${taken} times`}</Figure>}
      </dl>
      {route && <p className="border-t border-line px-4 py-2.5 text-ink-soft">{describeRoute(route)}</p>}
      {receipt.attempts.length > 0 && <Attempts attempts={receipt.attempts} />}
      {reason && <p className="border-t border-line px-4 py-2.5 text-ink-soft first-letter:uppercase">{reason}</p>}
      {receipt.toolCalls.length > 0 && <ToolCalls calls={receipt.toolCalls} />}
      {passages.length > 0 && <Passages passages={passages} />}
    </>
  );
}

/** What was asked of the workspace's own server. */
function ToolCalls({ calls }: { calls: ReceiptData["toolCalls"] }) {
  return (
    <div className="border-t border-line px-4 pt-3 pb-4">
      <h3 className="text-xs text-ink-soft">Asked of your server</h3>
      <ol className="mt-2 space-y-1.5">
        {calls.map(({ name, given, outcome, reason, durationMs }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the calls of a receipt never change places
          <li key={index} className="wrap-anywhere">
            <code className="font-mono text-xs">
              {name} {given}
            </code>
            <span className="block text-xs text-ink-soft">
              {outcome === "ok" ? `answered after ${formatDuration(durationMs)}` : reason}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-soft">{name}</dt>
      <dd className="mt-0.5 font-medium wrap-anywhere tabular-nums">{children}</dd>
    </div>
  );
}

/** Who was asked, in order, with what became of it and what it took. */
function Attempts({ attempts }: Pick<ReceiptData, "attempts">) {
  return (
    <div className="border-t border-line px-4 pt-3 pb-4">
      <h3 className="text-xs text-ink-soft">{attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`}</h3>
      <ol className="mt-2 space-y-2">
        {attempts.map((attempt, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a receipt's list does not change
          <li key={index}>
            <div className="flex flex-wrap items-baseline gap-x-3">
              <span className="grow font-medium wrap-anywhere">{formatAsked(attempt)}</span>
              <span className="text-xs text-ink-soft tabular-nums">
                {formatTokens(attempt)} · {formatCost(attempt.costMicros)}
              </span>
            </div>
            <p className="text-xs text-ink-soft">{describeOutcome(attempt)}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The passages that were found for the question, with how well each fits. */
function Passages({ passages }: Pick<ReceiptData, "passages">) {
  return (
    <div className="border-t border-line px-4 pt-3 pb-4">
      <h3 className="text-xs text-ink-soft">
        {passages.length === 1 ? "1 passage was found" : `${passages.length} passages were found`}
      </h3>
      <ol className="mt-2 space-y-1.5">
        {passages.map(({ number, title, headingPath, score, lexical, cosine, cited }) => (
          <li
            key={number}
            className="flex items-center gap-3"
            title={`Words ${lexical.toFixed(2)}, meaning ${cosine.toFixed(2)}`}
          >
            <span className="min-w-0 grow truncate" dir="auto">
              {placeOf(title, headingPath)}
            </span>
            {cited && (
              <span className="flex shrink-0 items-center gap-1 text-xs font-medium text-accent-ink">
                <Check aria-hidden className="size-3.5" />
                cited
              </span>
            )}
            <meter
              min={0}
              max={1}
              value={score}
              aria-label={`Score of ${placeOf(title, headingPath)}`}
              className="score-meter"
            />
            <span className="w-9 shrink-0 text-end text-xs text-ink-soft tabular-nums">{score.toFixed(2)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
