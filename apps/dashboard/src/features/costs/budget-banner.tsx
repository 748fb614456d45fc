import { Link } from "@tanstack/react-router";
import { Notice } from "../../forms/notice.tsx";
import { useMember } from "../../session/session.ts";
import { managesMembers } from "../settings/roles.ts";
import { stepDoes } from "./budget-words.ts";
import { useBudget } from "./use-costs.ts";

/**
 * What the budget does to answers, while it does something; kept current.
 *
 * @param props.isElsewhere whoever may change the budget is shown the way to it
 */
export function BudgetBanner({ className, isElsewhere = false }: { className?: string; isElsewhere?: boolean }) {
  const mayChange = managesMembers(useMember().member.role);
  const state = useBudget().data;
  if (!state?.inForce || !state.budget) return null;
  const percent = Math.floor((state.costMicros / state.budget.monthlyMicros) * 100);
  return (
    <Notice tone="warn" role="status" className={className}>
      <p>
        <strong className="font-semibold">{percent} % of this month's budget for models is spent.</strong>{" "}
        {stepDoes[state.inForce]}{" "}
        {isElsewhere && mayChange && (
          <Link to="/costs" className="link">
            Change the budget
          </Link>
        )}
      </p>
    </Notice>
  );
}
