import { DrizzleQueryError } from "drizzle-orm";
import { NodePgDatabase, NodePgSession } from "drizzle-orm/node-postgres";
import { PgDialect, type PgPreparedQuery, type PreparedQueryConfig } from "drizzle-orm/pg-core";
import type pg from "pg";
import type { Statement } from "./scoped-query.ts";

/** Runs one statement. It is all that Drizzle needs of a client. */
export type Send = (statement: Statement, values?: unknown[]) => Promise<pg.QueryResult>;

/** Drizzle's relational queries are not used: each would have to know the tables anew. */
export type NoSchema = Record<string, never>;
type PrepareRequest<T extends PreparedQueryConfig> = Parameters<typeof NodePgSession.prototype.prepareQuery<T>>;

/** One for all: it keeps the columns' names, which cost something to make. */
export const dialect = new PgDialect({ casing: "snake_case" });

/**
 * Drizzle's session over one of the doors. Drizzle puts the values of a failed statement into its error's message, where a log
 * would find what people wrote; here the driver's own error is thrown, which names none.
 */
export class DoorSession extends NodePgSession<NoSchema, NoSchema> {
  constructor(send: Send) {
    super({ query: send } as unknown as pg.PoolClient, dialect, undefined);
  }

  override prepareQuery<T extends PreparedQueryConfig>(...request: PrepareRequest<T>): PgPreparedQuery<T> {
    const prepared = super.prepareQuery<T>(...request);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = (placeholders) => execute(placeholders).catch(throwDriverError);
    return prepared;
  }
}

export const databaseOver = (send: Send): NodePgDatabase =>
  new NodePgDatabase(dialect, new DoorSession(send), undefined);

function throwDriverError(error: unknown): never {
  throw error instanceof DrizzleQueryError ? error.cause : error;
}
