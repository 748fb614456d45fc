import type { SpendingRow } from "./use-costs.ts";

const columns = [
  ["day", "day"],
  ["purpose", "purpose"],
  ["provider", "provider"],
  ["model", "model"],
  ["entries", "requests"],
  ["input_tokens", "inputTokens"],
  ["cached_tokens", "cachedTokens"],
  ["output_tokens", "outputTokens"],
  ["estimated_entries", "estimated"],
  ["unpriced_entries", "unpriced"],
] as const satisfies readonly (readonly [string, keyof SpendingRow])[];

/**
 * The rows as a table file: one line for each day, purpose and model. An answer that asked no model is an entry, too. Money is in US dollars; empty where no price is known.
 */
export function toCsv(rows: readonly SpendingRow[]): string {
  const head = [...columns.map(([name]) => name), "cost_usd"];
  const lines = rows.map((row) => [
    ...columns.map(([, field]) => row[field]),
    row.unpriced === row.requests && row.costMicros === 0 ? null : (row.costMicros / 1_000_000).toFixed(6),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(toCell).join(",")}\r\n`).join("");
}

/** A model's name that a spreadsheet would take for a formula is text. */
function toCell(value: string | number | null): string {
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === "string" ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
