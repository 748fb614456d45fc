import type { MonthOfModel, Months } from "@parley/core/costs/list-months";
import { OperatorError } from "../operator-error.ts";
import type { CostsSource } from "./costs-source.ts";

/**
 * Tells what models took, by workspace, month and model.
 *
 * @param options.tenant the slug of the only one to tell of; undefined: all
 * @param options.json one object a line, for programs
 * @throws OperatorError when there is no such workspace
 */
export async function tellCosts(
  source: CostsSource,
  { tenant, months, json, say }: { tenant: string | undefined; months: Months; json: boolean; say(line: string): void },
): Promise<void> {
  const all = await source.tenants();
  const wanted = tenant === undefined ? all : all.filter(({ slug }) => slug === tenant);
  if (tenant !== undefined && wanted.length === 0) throw new OperatorError(`There is no workspace called "${tenant}".`);
  for (const one of wanted) {
    const rows = await source.months(one, months);
    if (json) {
      for (const row of rows) say(JSON.stringify({ tenant: one.slug, ...row }));
    } else if (rows.length === 0) {
      say(`${one.slug}: nothing in this time`);
    } else {
      for (const [month, ofMonth] of Map.groupBy(rows, (row) => row.month)) {
        say(`${one.slug}, ${month}: ${costOf(ofMonth)}`);
        for (const line of toLines(ofMonth)) say(`  ${line}`);
      }
    }
  }
}

/** In columns. */
function toLines(rows: readonly MonthOfModel[]): string[] {
  const cells = rows.map((row) => {
    const { provider, model, requests, estimated, inputTokens, cachedTokens, outputTokens } = row;
    const about = estimated > 0 ? "about " : "";
    return [
      model === null ? "built-in answerer" : `${model} of ${provider ?? "an unknown provider"}`,
      many(requests, model === null ? "answer" : "request"),
      `${about}${count(inputTokens)} read (${count(cachedTokens)} cached), ${count(outputTokens)} written`,
      costOf([row]),
    ];
  });
  const width = (column: number) => Math.max(...cells.map((cell) => cell[column]?.length ?? 0));
  return cells.map((cell) => cell.map((text, column) => (column < 3 ? text.padEnd(width(column)) : text)).join("  "));
}

const count = (number: number) => number.toLocaleString("en");
const many = (number: number, of: string) => `${count(number)} ${of}${number === 1 ? "" : "s"}`;

/** Of what has no price no cost is told, and beside what has one, that there is more. */
function costOf(rows: readonly MonthOfModel[]): string {
  const sum = (of: "requests" | "unpriced" | "costMicros") => rows.reduce((total, row) => total + row[of], 0);
  const unpriced = sum("unpriced");
  if (unpriced > 0 && unpriced === sum("requests")) return "unknown: no price";
  const dollars = (sum("costMicros") / 1_000_000).toFixed(4);
  return `US$ ${dollars}${unpriced > 0 ? ` and ${many(unpriced, "request")} without a price` : ""}`;
}
