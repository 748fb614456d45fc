import { useNavigate, useSearch } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { Button } from "../../../components/button.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { formatMoment } from "../../../components/format-time.ts";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { SelectField } from "../../../forms/select-field.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { actionGroups, labelOf, parseAction } from "./action-labels.ts";
import { spans, startOf } from "./audit-log-search.ts";
import { describeActor, describeDetails } from "./describe-entry.ts";
import { type ListedEntry, useAuditLog } from "./use-audit-log.ts";

/** Who did what to what in the workspace. */
export function AuditLogPage() {
  const { action, days } = useSearch({ from: "/app/settings/audit-log" });
  const query = useAuditLog({ action: parseAction(action), from: startOf(days, Date.now()) });
  const entries = query.data;
  return (
    <SettingsPage
      title="Audit log"
      lead="Who did what, and from where. Nothing in it can be changed or taken out, and each entry vouches for those before it."
    >
      <Filter />
      {query.isPending && <ListSkeleton />}
      {query.isError && !entries && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {entries?.length === 0 && (
        <div className="rounded-card border border-dashed border-edge bg-surface">
          <EmptyState icon={ScrollText} title="Nothing of the kind happened">
            <p>Choose another action or a longer time.</p>
          </EmptyState>
        </div>
      )}
      {entries && entries.length > 0 && (
        <>
          <ol
            aria-label="Entries, newest first"
            className="divide-y divide-line rounded-card border border-line bg-surface shadow-xs"
          >
            {entries.map((entry) => (
              <Entry key={entry.seq} entry={entry} />
            ))}
          </ol>
          {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.fetchNextPage()} />}
          {query.hasNextPage && (
            <div className="text-center">
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {query.isFetchingNextPage ? "Loading…" : "Show earlier entries"}
              </Button>
            </div>
          )}
        </>
      )}
    </SettingsPage>
  );
}

function Filter() {
  const { action, days } = useSearch({ from: "/app/settings/audit-log" });
  const navigate = useNavigate({ from: "/settings/audit-log" });
  return (
    <form aria-label="Filter" className="flex flex-wrap gap-4" onSubmit={(event) => event.preventDefault()}>
      <SelectField
        label="Action"
        className="min-w-0 flex-1 basis-36"
        value={action ?? ""}
        onChange={({ target }) => {
          const chosen = parseAction(target.value);
          void navigate({ search: { ...(days && { days }), ...(chosen && { action: chosen }) }, replace: true });
        }}
      >
        <option value="">All actions</option>
        {actionGroups.map(({ name, actions }) => (
          <optgroup key={name} label={name}>
            {Object.entries(actions).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </optgroup>
        ))}
      </SelectField>
      <SelectField
        label="Time"
        className="min-w-0 flex-1 basis-36"
        value={days ?? ""}
        onChange={({ target }) => {
          const chosen = spans.find((span) => String(span) === target.value);
          void navigate({ search: { ...(action && { action }), ...(chosen && { days: chosen }) }, replace: true });
        }}
      >
        <option value="">From the beginning</option>
        {spans.map((span) => (
          <option key={span} value={span}>
            {span === 1 ? "Today" : `The last ${span} days`}
          </option>
        ))}
      </SelectField>
    </form>
  );
}

function Entry({ entry }: { entry: ListedEntry }) {
  const { seq, at, action, target, ip } = entry;
  const details = describeDetails(entry);
  return (
    <li className="px-4 py-3 text-sm md:grid md:grid-cols-[minmax(0,1fr)_auto] md:gap-x-6 md:px-5">
      <p className="font-medium">{labelOf(action)}</p>
      <p className="text-xs text-ink-soft tabular-nums md:text-end md:text-sm">
        <time dateTime={at}>{formatMoment(at)}</time>
      </p>
      <p className="text-ink-soft wrap-anywhere md:col-span-2">
        <span dir="auto">{describeActor(entry)}</span>
        {ip && (
          <>
            {" "}
            from <span dir="ltr">{ip}</span>
          </>
        )}
        {details && ` · ${details}`}
      </p>
      <p className="text-xs text-ink-soft wrap-anywhere md:col-span-2">
        Entry {seq}
        {target && (
          <>
            {" · "}
            {target.kind.replaceAll("_", " ")} <span className="font-mono">{target.id}</span>
          </>
        )}
      </p>
    </li>
  );
}

function ListSkeleton() {
  return (
    <div role="status" className="rounded-card border border-line bg-surface">
      <span className="sr-only">Loading the log</span>
      {["a", "b", "c", "d", "e"].map((row) => (
        <div key={row} className="space-y-2 border-b border-line px-5 py-4 last:border-0">
          <Skeleton className="h-3.5 w-1/3" />
          <Skeleton className="h-3 w-1/2" />
        </div>
      ))}
    </div>
  );
}
