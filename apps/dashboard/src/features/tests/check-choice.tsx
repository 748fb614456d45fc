import type { ChangeCheckMode } from "@parley/contracts";
import { type Choice, ChoiceCards } from "../../components/choice-cards.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useChangeActions } from "./use-changes.ts";

const choices: readonly Choice<ChangeCheckMode>[] = [
  { value: "off", label: "At once", means: "Changes are in use as soon as they are read in. The tests follow." },
  { value: "ask", label: "When somebody publishes them", means: "The tests are asked first. Then you decide." },
  { value: "auto", label: "When no test fails", means: "The tests are asked first. What fails one waits for you." },
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
      <ChoiceCards name="mode" choices={choices} chosen={chosen} onChoose={(value) => choose.mutate(value)} />
      {!mayManage && <p className="mt-3 text-sm text-ink-soft">Owners and admins of the workspace choose this.</p>}
      {choose.isError && <ErrorNotice error={choose.error} className="mt-3" />}
    </fieldset>
  );
}
