import type { ChangeCheckMode } from "@parley/contracts";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useChangeActions } from "./use-changes.ts";

const choices: readonly { mode: ChangeCheckMode; label: string; means: string }[] = [
  { mode: "off", label: "At once", means: "Changes are in use as soon as they are read in. The tests follow." },
  { mode: "ask", label: "When somebody publishes them", means: "The tests are asked first. Then you decide." },
  { mode: "auto", label: "When no test fails", means: "The tests are asked first. What fails one waits for you." },
];

/** When changes are put in use. */
export function CheckChoice({ mode, mayManage }: { mode: ChangeCheckMode; mayManage: boolean }) {
  const { choose } = useChangeActions();
  const chosen = choose.isPending ? choose.variables : mode;
  return (
    <fieldset disabled={!mayManage} className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <legend className="sr-only">When changes are put in use</legend>
      <p aria-hidden className="mb-3 font-semibold">
        When changes are put in use
      </p>
      <div className="grid gap-3 sm:grid-cols-3">
        {choices.map(({ mode: option, label, means }) => (
          <label
            key={option}
            className="flex items-start gap-2.5 rounded-control border border-edge p-3 text-sm has-checked:border-accent has-enabled:cursor-pointer"
          >
            <input
              type="radio"
              name="mode"
              value={option}
              checked={chosen === option}
              onChange={() => choose.mutate(option)}
              className="mt-0.5 size-4 shrink-0 accent-accent"
            />
            <span>
              <span className="font-medium">{label}</span>
              <span className="mt-0.5 block text-ink-soft">{means}</span>
            </span>
          </label>
        ))}
      </div>
      {!mayManage && <p className="mt-3 text-sm text-ink-soft">Owners and admins of the workspace choose this.</p>}
      {choose.isError && <ErrorNotice error={choose.error} className="mt-3" />}
    </fieldset>
  );
}
