import { useSearch } from "@tanstack/react-router";
import { Coins, Download } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { saveFile } from "../../components/save-file.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import { PageTitle } from "../../shell/page-title.tsx";
import { BudgetBanner } from "./budget-banner.tsx";
import { BudgetCard } from "./budget-card.tsx";
import { ConversationCosts } from "./conversation-costs.tsx";
import { type Days, daysOf, monthAround, parseCostsSearch } from "./costs-search.ts";
import { CostsSection } from "./costs-section.tsx";
import { SumTable } from "./costs-tables.tsx";
import { PeriodForm } from "./period-form.tsx";
import { SavingCard } from "./saving-card.tsx";
import { toCsv } from "./spending-csv.ts";
import { isNothingSpent, modelOf, purposes, sumBy, sumOf } from "./spending-sums.ts";
import { type CostReport, useBudget, useCostReport } from "./use-costs.ts";

// What draws is loaded when there is something to draw.
const DailyPlot = lazy(async () => ({ default: (await import("./daily-plot.tsx")).DailyPlot }));

/** What models have cost, and what they may. */
export function CostsPage() {
  const [now] = useState(() => new Date());
  const { from, until } = parseCostsSearch(useSearch({ from: "/app/costs" }));
  const days = from && until ? { from, until } : monthAround(now);
  const budget = useBudget();
  const report = useCostReport(days);
  return (
    <div className="relative min-h-0 grow overflow-y-auto">
      <PageTitle>Costs</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <header className="mb-6">
          <h1 className="text-xl font-semibold tracking-tight">Costs</h1>
          <p className="mt-1 text-ink-soft">What language models have cost, and how much they may cost.</p>
        </header>
        <BudgetBanner className="mb-5" />
        <div>
          {budget.isPending && <Skeleton className="h-40 !rounded-card" />}
          {budget.isError && !budget.data && <ErrorNotice error={budget.error} onRetry={() => void budget.refetch()} />}
          {budget.data && <BudgetCard state={budget.data} />}
        </div>
        <div className="mt-7 mb-5">
          <PeriodForm days={days} now={now} />
        </div>
        <div aria-live="polite" aria-busy={report.isFetching}>
          {report.isPending && <Skeleton className="h-60 !rounded-card" />}
          {report.isError && !report.data && <ErrorNotice error={report.error} onRetry={() => void report.refetch()} />}
          {report.data && (
            // What is shown is of the time before, until that which was chosen has come.
            <div inert={report.isPlaceholderData} className={report.isPlaceholderData ? "opacity-50" : undefined}>
              <Report {...report.data} />
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

function Report({ report, days }: { report: CostReport; days: Days }) {
  const { rows, isCut, saving, answers } = report;
  if (isNothingSpent(report)) {
    return (
      <div className="rounded-card border border-dashed border-edge bg-surface">
        <EmptyState icon={Coins} title="Nothing was spent in this time">
          <p>
            The built-in answerer costs nothing
            {answers > 0 && `: it gave ${answers.toLocaleString("en")} ${answers === 1 ? "answer" : "answers"}`}. As
            soon as a language model is asked, what it took stands here.
          </p>
        </EmptyState>
      </div>
    );
  }
  const save = () =>
    saveFile(new Blob([toCsv(rows)], { type: "text/csv" }), `parley-costs-${days.from}-${days.until}.csv`);
  return (
    <div className="space-y-5">
      {isCut && (
        <Notice tone="warn">There is more in this time than one page tells: choose a shorter one for all of it.</Notice>
      )}
      <SavingCard saving={saving} answers={answers} />
      <CostsSection
        title="Per day"
        lead={`${sumOf(rows).requests.toLocaleString("en")} requests, days of UTC`}
        aside={
          <Button onClick={save}>
            <Download aria-hidden className="size-4" />
            Export as CSV
          </Button>
        }
      >
        <PerDay report={report} days={days} />
      </CostsSection>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <CostsSection title="Per model">
          <SumTable
            caption="Spent per model"
            of="Model"
            lines={sumBy(rows, modelOf).map(({ key, sum }) => ({ key, name: key, sum }))}
          />
        </CostsSection>
        <CostsSection title="Per purpose">
          <SumTable
            caption="Spent per purpose"
            of="Purpose"
            lines={sumBy(rows, ({ purpose }) => purpose).map(({ key, sum }) => ({ key, name: purposes[key], sum }))}
          />
        </CostsSection>
      </div>
      <ConversationCosts key={`${days.from} ${days.until}`} days={days} />
    </div>
  );
}

function PerDay({ report: { rows }, days: { from, until } }: { report: CostReport; days: Days }) {
  const daily = useMemo(() => {
    const byDay = Map.groupBy(rows, ({ day }) => day);
    const days = daysOf({ from, until });
    const of = (field: "costMicros" | "largeCostMicros") =>
      days.map((day) => (byDay.get(day) ?? []).reduce((total, row) => total + row[field], 0));
    return { days, spent: of("costMicros"), large: of("largeCostMicros") };
  }, [rows, from, until]);
  const perDay = sumBy(rows, ({ day }) => day).sort((a, b) => b.key.localeCompare(a.key));
  return (
    <>
      <Suspense fallback={<Skeleton className="h-60" />}>
        <DailyPlot {...daily} />
      </Suspense>
      <details className="mt-2">
        <summary className="link w-fit text-sm">As a table</summary>
        <div className="mt-2">
          <SumTable
            caption="Spent per day"
            of="Day"
            lines={perDay.map(({ key, sum }) => ({ key, name: <time dateTime={key}>{key}</time>, sum }))}
          />
        </div>
      </details>
    </>
  );
}
