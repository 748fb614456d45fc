import { useNavigate, useSearch } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { formatMoment } from "../../../components/format-time.ts";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { TextField } from "../../../forms/field.tsx";
import { SelectField } from "../../../forms/select-field.tsx";
import { useMembers } from "../members/use-members.ts";
import { SettingsPage } from "../settings-page.tsx";
import { actionGroups, labelOf } from "./action-labels.ts";
import { type AuditLogSearch, parseAuditLogSearch, spans, toFilter } from "./audit-log-filter.ts";
import { describeActor, describeDetails } from "./describe-entry.ts";
import { ExportButtons } from "./export-buttons.tsx";
import { type ListedEntry, useAuditLog } from "./use-audit-log.ts";

/** Who did what to what in the workspace. */
export function AuditLogPage() {
  const search = parseAuditLogSearch(useSearch({ from: "/app/settings/audit-log" }));
  const filter = toFilter(search);
  const query = useAuditLog(filter);
  const entries = query.data;
  return (
    <SettingsPage
      title="Audit log"
      lead="Who did what, and from where. Nothing in it can be changed or taken out, and each entry vouches for those before it."
    >
      <Filter search={search} />
      <ExportButtons filter={filter} />
      {query.isPending && <ListSkeleton />}
      {query.isError && !entries && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {entries?.length === 0 && (
        <div className="rounded-card border border-dashed border-edge bg-surface">
          <EmptyState icon={ScrollText} title="Nothing of the kind happened">
            <p>Choose another action, somebody else or a longer time.</p>
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

const between = "between";

function Filter({ search }: { search: AuditLogSearch }) {
  const { action, by, days, from, until } = search;
  const navigate = useNavigate({ from: "/settings/audit-log" });
  const members = useMembers().data ?? [];
  const [hasDates, setHasDates] = useState(from !== undefined || until !== undefined);
  const show = (next: Record<string, unknown>) => void navigate({ search: parseAuditLogSearch(next), replace: true });
  const { days: _days, from: _from, until: _until, ...anyTime } = search;
  return (
    <form aria-label="Filter" className="flex flex-wrap gap-4" onSubmit={(event) => event.preventDefault()}>
      <SelectField
        label="Action"
        className="min-w-0 flex-1 basis-36"
        value={action ?? ""}
        onChange={({ target }) => show({ ...search, action: target.value })}
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
        label="Who"
        className="min-w-0 flex-1 basis-36"
        value={by ?? ""}
        onChange={({ target }) => show({ ...search, by: target.value })}
      >
        <option value="">Everybody</option>
        {by && !members.some(({ id }) => id === by) && <option value={by}>A former member</option>}
        {members.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Time"
        className="min-w-0 flex-1 basis-36"
        value={hasDates ? between : (days ?? "")}
        onChange={({ target }) => {
          const chosen = spans.find((span) => String(span) === target.value);
          setHasDates(target.value === between);
          show({ ...anyTime, ...(chosen && { days: chosen }) });
        }}
      >
        <option value="">From the beginning</option>
        {spans.map((span) => (
          <option key={span} value={span}>
            {span === 1 ? "Today" : `The last ${span} days`}
          </option>
        ))}
        <option value={between}>Certain days…</option>
      </SelectField>
      {hasDates && (
        <div className="flex w-full flex-wrap gap-4">
          <TextField
            className="!mt-0 min-w-0 flex-1 basis-36"
            label="First day"
            type="date"
            value={from ?? ""}
            max={until}
            onChange={({ target }) => show({ ...search, from: target.value })}
          />
          <TextField
            className="!mt-0 min-w-0 flex-1 basis-36"
            label="Last day"
            type="date"
            value={until ?? ""}
            min={from}
            onChange={({ target }) => show({ ...search, until: target.value })}
          />
        </div>
      )}
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
