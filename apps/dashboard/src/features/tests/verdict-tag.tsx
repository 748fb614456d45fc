import { CircleCheck, CircleHelp, CircleX, Clock, type LucideIcon } from "lucide-react";
import { classNames } from "../../components/class-names.ts";
import type { ListedTest } from "./use-tests.ts";

type Verdict = ListedTest["results"][number]["verdict"];

const looks: Record<Verdict | "none", { label: string; icon: LucideIcon; look: string; bar: string }> = {
  passed: { label: "Passes", icon: CircleCheck, look: "bg-good-soft text-good", bar: "bg-good h-4" },
  failed: { label: "Fails", icon: CircleX, look: "bg-bad-soft text-bad", bar: "bg-bad h-4" },
  new: { label: "To be decided", icon: CircleHelp, look: "bg-warn-soft text-warn", bar: "bg-edge-strong h-2.5" },
  none: { label: "Not asked yet", icon: Clock, look: "bg-sunken text-ink-soft", bar: "bg-edge h-1" },
};

/** What came out of a test. */
export function VerdictTag({ verdict }: { verdict: Verdict | undefined }) {
  const { label, icon: Icon, look } = looks[verdict ?? "none"];
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-1.5 rounded-full py-1 ps-2 pe-2.5 text-xs font-medium whitespace-nowrap",
        look,
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      {label}
    </span>
  );
}

/** The last runs as a row of bars, the newest last. */
export function VerdictHistory({ results }: { results: ListedTest["results"] }) {
  const shown = results.slice(0, 10).reverse();
  const failed = shown.filter(({ verdict }) => verdict === "failed").length;
  return (
    <span className="flex h-4 items-end gap-0.5">
      <span className="sr-only">
        {shown.length === 0 ? "Not asked yet" : `Failed in ${failed} of the last ${shown.length} runs`}
      </span>
      {shown.map(({ verdict, at }) => (
        <span key={at} aria-hidden className={classNames("w-1.5 rounded-sm", looks[verdict].bar)} />
      ))}
    </span>
  );
}
