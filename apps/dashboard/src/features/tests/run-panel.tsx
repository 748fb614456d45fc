import { Age } from "../../components/age.tsx";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { describeChanges } from "./describe-change.ts";
import { type TestRun, useTestActions } from "./use-tests.ts";

/** How far the newest run is, or what came out of it, and why it was made. */
export function RunPanel({ run, mayAct }: { run: TestRun; mayAct: boolean }) {
  const { cancel } = useTestActions();
  const { id, status, total, passed, failed, undecided, changed, changes, cause, askedBy, failure } = run;
  const done = passed + failed + undecided;
  const isUnderWay = status === "queued" || status === "running";
  const why = cause === "asked" ? `Asked for by ${askedBy ?? "a member"}` : describeChanges(changes);
  return (
    <section aria-label="Newest run" className="mb-6 rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="font-medium" role="status">
          {status === "queued" && "Waiting to begin"}
          {status === "running" && `Asked ${done} of ${total}`}
          {!isUnderWay &&
            done === 0 &&
            (status === "cancelled" ? "Cancelled before the first question" : "Nothing was asked")}
          {!isUnderWay && done > 0 && (failed === 0 ? describePassed(done, undecided) : `${failed} of ${done} fail`)}
        </p>
        {isUnderWay && mayAct ? (
          <Button busy={cancel.isPending} onClick={() => cancel.mutate(id)}>
            Cancel
          </Button>
        ) : (
          <p className="text-sm text-ink-soft">
            {status === "cancelled" && "Cancelled "}
            {status === "failed" && "Broken off "}
            <Age at={run.finishedAt ?? run.startedAt ?? run.createdAt} />
          </p>
        )}
      </div>
      {isUnderWay && (
        <progress
          aria-label="Questions asked"
          className="mt-3 h-1.5 w-full overflow-hidden rounded-full accent-accent"
          max={Math.max(total, 1)}
          value={done}
        />
      )}
      <p className="mt-1.5 text-sm text-ink-soft wrap-anywhere" dir="auto">
        {why || "The first run"}
        {changed > 0 && ` · ${changed} ${changed === 1 ? "answer reads" : "answers read"} otherwise than expected`}
      </p>
      {failure && <p className="mt-2 text-sm text-bad">{failure}</p>}
      {cancel.isError && <ErrorNotice error={cancel.error} className="mt-3" />}
    </section>
  );
}

/** Of tests none of which fails. */
function describePassed(done: number, undecided: number): string {
  if (undecided > 0) return `None of ${done} ${done === 1 ? "test" : "tests"} fails`;
  return done === 1 ? "The test passes" : `All ${done} tests pass`;
}
