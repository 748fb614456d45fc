import type { SpendingRow, SpentInConversation } from "./use-costs.ts";

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
  const lines = rows.map((row) => [...columns.map(([, field]) => row[field]), toDollars(row)]);
  return toFile([head, ...lines]);
}

/** One line for each conversation, by its id; its requests are those of models. Money as above. */
export function conversationsToCsv(conversations: readonly SpentInConversation[]): string {
  const head = ["conversation", "answers", "requests", "unpriced_requests", "cost_usd"];
  const lines = conversations.map((one) => [one.id, one.answers, one.requests, one.unpriced, toDollars(one)]);
  return toFile([head, ...lines]);
}

type Spent = Pick<SpendingRow, "requests" | "unpriced" | "costMicros">;

const toDollars = ({ requests, unpriced, costMicros }: Spent): string | null =>
  unpriced === requests && costMicros === 0 ? null : (costMicros / 1_000_000).toFixed(6);

const toFile = (lines: readonly (readonly (string | number | null)[])[]): string =>
  lines.map((cells) => `${cells.map(toCell).join(",")}\r\n`).join("");

/** A model's name that a spreadsheet would take for a formula is text. */
function toCell(value: string | number | null): string {
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === "string" ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
