import type { BudgetStep } from "@parley/contracts";

/** What a step of the budget does, as a sentence. */
export const stepDoes: Readonly<Record<BudgetStep, string>> = {
  cheaper: "Only the cheapest models write answers now.",
  built_in: "No model is paid for now: the built-in answerer quotes the documents.",
  person: "The assistant answers nothing now: conversations go to a person.",
};

/** Dollars with their cents; of less than a cent, what counts. */
export function formatDollars(micros: number): string {
  const dollars = micros / 1_000_000;
  const digits = dollars === 0 || Math.abs(dollars) >= 0.01 ? 2 : 4;
  return dollars.toLocaleString("en", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export const monthName = (day: string) =>
  new Date(day).toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });
