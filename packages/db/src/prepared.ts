import { fillPlaceholders, type SQL } from "drizzle-orm";
import type { Row } from "./database.ts";
import type { Statement } from "./scoped-query.ts";
import { statementName } from "./statement-name.ts";
import { dialect } from "./statements.ts";

/** A statement that is sent again and again: written once, and read by the server once on each connection. */
export type Prepared<T extends Row, Value extends string> = {
  access: "read" | "write";
  fill(values: Record<Value, unknown>): Statement;
  /** For the types alone. */
  row?: T;
};

/** @param statement with `sql.placeholder`s where the values go */
export function prepare<T extends Row, Value extends string>(
  access: "read" | "write",
  statement: SQL,
): Prepared<T, Value> {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  const name = statementName(text);
  return { access, fill: (values) => ({ name, text, values: fillPlaceholders(params, values) }) };
}
