import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/button.tsx";
import { formatMoment } from "../../components/format-time.ts";
import { Notice } from "../../forms/notice.tsx";
import { useMember } from "../../session/session.ts";
import { BudgetForm } from "./budget-form.tsx";
import { formatDollars, monthName } from "./budget-words.ts";
import { CostsSection } from "./costs-section.tsx";
import type { BudgetState } from "./use-costs.ts";

/** How much of the month's budget is used up, what happens next, and the way to change it. */
export function BudgetCard({ state }: { state: BudgetState }) {
  const { member } = useMember();
  const [isEditing, setIsEditing] = useState(false);
  const mayChange = member.role === "owner" || member.role === "admin";
  const { budget, costMicros, month, alerts, unpriced, inForce } = state;
  const close = () => setIsEditing(false);
  return (
    <CostsSection
      title="Budget"
      lead={budget ? `Spent in ${monthName(month)}, and how much may be.` : "No limit is set on what models may cost."}
      aside={
        mayChange &&
        !isEditing && <Button onClick={() => setIsEditing(true)}>{budget ? "Change" : "Set a budget"}</Button>
      }
    >
      {budget && !isEditing && (
        <>
          <p className="text-lg font-semibold tabular-nums">
            {formatDollars(costMicros)}{" "}
            <span className="text-sm font-normal text-ink-soft">of {formatDollars(budget.monthlyMicros)}</span>
          </p>
          <meter
            className={`score-meter mt-2 block !h-2 !w-full ${inForce ? "score-meter-warn" : ""}`}
            aria-label="Part of the budget that is spent"
            min={0}
            max={1}
            value={Math.min(1, costMicros / budget.monthlyMicros)}
          />
          <Steps budget={budget} />
          {alerts.length > 0 && (
            <ul aria-label="Alerts" className="mt-3 space-y-1 text-sm text-ink-soft">
              {alerts.map(({ percent, at }) => (
                <li key={percent}>
                  {percent} % reached on <time dateTime={at}>{formatMoment(at)}</time>; owners and admins were mailed.
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {unpriced.length > 0 && <Unpriced models={unpriced} mayPrice={mayChange} />}
      {isEditing && <BudgetForm state={state} onClose={close} />}
    </CostsSection>
  );
}

function Steps({ budget }: { budget: NonNullable<BudgetState["budget"]> }) {
  const steps = [
    ["cheapest models only", budget.cheaperAt],
    ["built-in answerer", budget.builtInAt],
    ["to a person", budget.personAt],
  ] as const;
  const set = steps.filter(([, percent]) => percent !== null);
  return (
    <p className="mt-2 text-sm text-ink-soft">
      {set.length === 0
        ? "Nothing changes when it is used up: it only alerts."
        : set.map(([name, percent]) => `From ${percent} %: ${name}`).join(" · ")}
    </p>
  );
}

function Unpriced({ models, mayPrice }: { models: BudgetState["unpriced"]; mayPrice: boolean }) {
  const answering = models.filter(({ isEmbedder }) => !isEmbedder);
  const embedders = models.filter(({ isEmbedder }) => isEmbedder);
  return (
    <Notice tone="warn" className="mt-3">
      <p>No budget in dollars holds what has no price:</p>
      <UnpricedList models={answering}>
        {mayPrice ? (
          <Link to="/assistant/models" className="link">
            Give them a price
          </Link>
        ) : (
          "An owner or admin can give them a price"
        )}{" "}
        and what they cost from then on is counted.
      </UnpricedList>
      <UnpricedList models={embedders}>
        What reading in and searching by an embedder's server cost is not known here, and never counted.
      </UnpricedList>
    </Notice>
  );
}

function UnpricedList({ models, children }: { models: BudgetState["unpriced"]; children: ReactNode }) {
  if (models.length === 0) return null;
  return (
    <>
      <ul className="mt-1 list-disc ps-5">
        {models.map(({ provider, model, requests, inputTokens, outputTokens }) => (
          <li key={`${provider} ${model}`}>
            {model} ({provider}):{" "}
            {requests === 0
              ? "may be asked, and was not yet in this month"
              : `${requests.toLocaleString("en")} ${requests === 1 ? "request" : "requests"} in this month, ${(inputTokens + outputTokens).toLocaleString("en")} tokens`}
          </li>
        ))}
      </ul>
      <p className="mt-1">{children}</p>
    </>
  );
}
