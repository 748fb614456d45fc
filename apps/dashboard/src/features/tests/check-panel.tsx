import { Age } from "../../components/age.tsx";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { type HeldChanges, useChangeActions } from "./use-changes.ts";

type CheckPanelProps = { check: HeldChanges["check"]; mayAct: boolean };

/** How far the tests were asked with what waits, and what came out. */
export function CheckPanel({ check, mayAct }: CheckPanelProps) {
  const { cancel, check: again } = useChangeActions();
  const isUnderWay = check?.status === "queued" || check?.status === "running";
  return (
    <section aria-label="Check" className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="font-medium" role="status">
          {describeCheck(check)}
        </p>
        <div className="flex items-center gap-3">
          {check && !isUnderWay && <Age at={check.at} className="text-sm text-ink-soft" />}
          {mayAct &&
            (isUnderWay ? (
              <Button busy={cancel.isPending} onClick={() => cancel.mutate(check.id)}>
                Cancel
              </Button>
            ) : (
              <Button busy={again.isPending} onClick={() => again.mutate()}>
                Ask again
              </Button>
            ))}
        </div>
      </div>
      {isUnderWay && (
        <progress
          aria-label="Questions asked"
          className="mt-3 h-1.5 w-full overflow-hidden rounded-full accent-accent"
          max={Math.max(check.total, 1)}
          value={check.asked}
        />
      )}
      {check?.failure && <p className="mt-2 text-sm text-bad">{check.failure}</p>}
      {cancel.isError && <ErrorNotice error={cancel.error} className="mt-3" />}
      {again.isError && <ErrorNotice error={again.error} className="mt-3" />}
    </section>
  );
}

function describeCheck(check: HeldChanges["check"]): string {
  if (!check) return "The tests are asked once all is read in";
  const { status, asked, total, failed, isCurrent } = check;
  if (status === "queued") return "The tests wait to be asked";
  if (status === "running") return `Asked ${asked} of ${total} with these changes`;
  if (status === "cancelled") return "The check was cancelled";
  if (status === "failed") return "The check was broken off";
  if (!isCurrent) return "Something has changed since the tests were asked";
  return failed === 0
    ? `None of ${total} tests fails with these changes`
    : `${failed} of ${total} tests fail with these changes`;
}
