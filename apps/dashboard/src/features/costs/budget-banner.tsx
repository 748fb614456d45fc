import { Notice } from "../../forms/notice.tsx";
import { stepDoes } from "./budget-words.ts";
import { useBudget } from "./use-costs.ts";

/** What the budget does to answers, while it does something; kept current. */
export function BudgetBanner({ className }: { className?: string }) {
  const state = useBudget().data;
  if (!state?.inForce || !state.budget) return null;
  const percent = Math.floor((state.costMicros / state.budget.monthlyMicros) * 100);
  return (
    <Notice tone="warn" role="status" className={className}>
      <p>
        <strong className="font-semibold">{percent} % of this month's budget for models is spent.</strong>{" "}
        {stepDoes[state.inForce]}
      </p>
    </Notice>
  );
}
