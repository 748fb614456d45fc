import { CircleCheck, CircleX, Clock, Hourglass, LoaderCircle, type LucideIcon } from "lucide-react";
import { classNames } from "../../components/class-names.ts";
import type { ListedDocument } from "./use-documents.ts";

type Status = ListedDocument["status"];

const looks: Record<Status, { label: string; icon: LucideIcon; look: string; turns?: true }> = {
  queued: { label: "Queued", icon: Clock, look: "bg-sunken text-ink-soft" },
  parsing: { label: "Reading", icon: LoaderCircle, look: "bg-warn-soft text-warn", turns: true },
  embedding: { label: "Embedding", icon: LoaderCircle, look: "bg-warn-soft text-warn", turns: true },
  held: { label: "To be published", icon: Hourglass, look: "bg-accent-soft text-accent-ink" },
  ready: { label: "Ready", icon: CircleCheck, look: "bg-good-soft text-good" },
  failed: { label: "Failed", icon: CircleX, look: "bg-bad-soft text-bad" },
};

/** Of a page whose site is asked for a newer version of it. */
const fetching = { ...looks.parsing, label: "Fetching" };

/** What each state is called. */
export const statusLabels = Object.fromEntries(
  Object.entries(looks).map(([status, { label }]) => [status, label]),
) as Record<Status, string>;

/** How far a version of a document has come, or that its site is asked for a newer one. */
export function DocumentStatus({ status, isFetched = false }: { status: Status; isFetched?: boolean }) {
  const { label, icon: Icon, look, turns } = isFetched ? fetching : looks[status];
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-1.5 rounded-full py-1 ps-2 pe-2.5 text-xs font-medium whitespace-nowrap",
        look,
      )}
    >
      <Icon aria-hidden className={classNames("size-3.5", turns && "animate-spin")} />
      {label}
    </span>
  );
}
