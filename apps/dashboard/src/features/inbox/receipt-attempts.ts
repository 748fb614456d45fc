import type { Receipt } from "./receipt-figures.ts";

type Attempt = Receipt["attempts"][number];
type Route = NonNullable<Receipt["route"]>;

/** Who was asked, and in which tier that is. */
export function formatAsked({ level, model, provider }: Pick<Attempt, "level" | "model" | "provider">): string {
  if (level === 0 || !model) return "Built-in answerer";
  return `${model}${provider ? ` of ${provider}` : ""}, tier ${level}`;
}

/** What was read and written; marked where the provider did not count it. */
export function formatTokens({
  inputTokens,
  cachedTokens,
  outputTokens,
  countedBy,
}: Pick<Attempt, "inputTokens" | "cachedTokens" | "outputTokens" | "countedBy">): string {
  if (inputTokens === null || outputTokens === null) return "tokens unknown";
  if (inputTokens + outputTokens === 0) return "no tokens";
  const cached = cachedTokens ? ` (${cachedTokens.toLocaleString("en")} cached)` : "";
  const counted = countedBy === "tokenizer" ? ", counted by us" : "";
  return `${inputTokens.toLocaleString("en")}${cached} + ${outputTokens.toLocaleString("en")} tokens${counted}`;
}

const outcomes: Record<Attempt["outcome"], string> = {
  answered: "Its answer was given",
  partial: "Its answer broke off, and what was supported was given",
  declined: "It found no answer in the passages",
  uncited: "Its answer cited no passage, and was not shown",
  unsupported: "The passages that it cited did not hold what it said, and it was not shown",
  failed: "It could not answer",
  called_off: "Nobody wanted the answer any more",
};

/** What became of an attempt, with the reason where it says more. */
export function describeOutcome({ outcome, reason }: Pick<Attempt, "outcome" | "reason">): string {
  const says = reason && (outcome === "failed" || outcome === "partial") ? `: ${reason}` : "";
  return `${outcomes[outcome]}${says}.`;
}

const qualities: Record<Route["quality"], string> = {
  economical: "economical",
  balanced: "balanced",
  best: "best",
};

/** Why the answer began with whom it did, in one or two sentences. */
export function describeRoute({ because, level, quality, evidence, expected }: Route): string {
  const setting = `the setting “${qualities[quality]}”`;
  const sure = evidence === null ? "" : ` (evidence ${evidence.toFixed(2)} above what it needs)`;
  switch (because) {
    case "no_model":
      return "The built-in answerer wrote: no model is set up.";
    case "budget":
      return level === 0
        ? "The built-in answerer wrote, by the budget."
        : "The lowest tier alone was asked, by the budget.";
    case "built_in_is_sure":
      return `The built-in answerer went first: it was sure enough for ${setting}${sure}.`;
    case "only_tier":
      return "There is one tier of models.";
    case "best_wanted":
      return `The best tier went first, by ${setting}.`;
    case "not_estimated":
      return "The best tier went first: how hard the question is was not estimated.";
    case "expected_right": {
      const percent = (right: number) => `${Math.round(right * 100)} %`;
      const list = expected.map(({ level: tier, right }) => `tier ${tier}: ${percent(right)}`).join(", ");
      return `Tier ${level} went first, the cheapest that was expected to be right often enough for ${setting} (${list}).`;
    }
  }
}
