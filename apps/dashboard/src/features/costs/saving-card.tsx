import { formatDollars } from "./budget-words.ts";
import { CostsSection } from "./costs-section.tsx";
import type { CostReport } from "./use-costs.ts";

/** What was saved against always asking the large model, and what that figure does not say. */
export function SavingCard({ saving, answers }: Pick<CostReport, "saving" | "answers">) {
  const { costMicros, largeCostMicros } = saving;
  const saved = largeCostMicros - costMicros;
  const isKnown = largeCostMicros > 0;
  const name = new Intl.ListFormat("en", { type: "disjunction" }).format(saving.largeModels);
  return (
    <CostsSection
      title="Saving"
      lead={name ? `Against always asking ${name}.` : "Against always asking the large model."}
    >
      {isKnown ? (
        <>
          <p className="text-lg font-semibold tabular-nums">
            {Math.round((saved / largeCostMicros) * 100)} %{" "}
            <span className="text-sm font-normal text-ink-soft">{formatDollars(saved)}</span>
          </p>
          <p className="mt-2 text-sm text-ink-soft">
            {saving.answers.toLocaleString("en")} of {answers.toLocaleString("en")} answers took{" "}
            {formatDollars(costMicros)}. The best model of your highest tier at their time
            {name && `, ${name},`} would have taken about {formatDollars(largeCostMicros)} for them, by its price and
            the tokens of the same answers. Whether it would have answered better is not measured.
          </p>
        </>
      ) : (
        <p className="text-sm text-ink-soft">
          There is nothing to compare with: no answer of this time has a large model with a price.
        </p>
      )}
    </CostsSection>
  );
}
