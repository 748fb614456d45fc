import pg from "pg";

/** What goes out in front of a statement, in the same round trip and the same transaction. Its result is dropped. */
export type Prefix = { text: string; values?: string[] };

export type Statement = { text: string; values?: unknown[]; rowMode?: "array"; types?: pg.CustomTypesConfig };

/** The part of the driver's connection that writes messages. */
type Wire = {
  parse(message: { text: string }): void;
  bind(message: { values?: string[] | undefined }): void;
  execute(message: { rows?: number }): void;
};

/** The driver's own query, with the methods that its types leave out; package.json pins the version that this was written for. */
type DriverQuery = {
  submit(connection: pg.Connection): void;
  prepare(connection: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
};
type DriverQueryConstructor = new (
  statement: Statement,
  values: unknown[] | undefined,
  callback: (error: Error | null, result: pg.QueryResult) => void,
) => DriverQuery;
const DriverQuery = pg.Query as unknown as DriverQueryConstructor;

/**
 * Two statements before one Sync: Parse, Bind and Execute of the prefix, then those of the statement. That is one round trip, and
 * one transaction, so what the prefix sets with `set_config(…, true)` holds for the statement and for nothing after it.
 */
class ScopedQuery extends DriverQuery {
  private readonly prefix: Prefix;
  private inPrefix = true;

  constructor(prefix: Prefix, statement: Statement, done: (error: Error | null, result: pg.QueryResult) => void) {
    super(statement, statement.values, done);
    this.prefix = prefix;
  }

  /** Always the extended protocol, in which a text of several statements is an error. */
  requiresPreparation(): boolean {
    return true;
  }

  override prepare(connection: Wire): void {
    connection.parse({ text: this.prefix.text });
    connection.bind({ values: this.prefix.values });
    connection.execute({}); // no Describe, so the prefix's row comes without a description
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (!this.inPrefix) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.inPrefix) this.inPrefix = false;
    else super.handleCommandComplete(message, connection);
  }
}

/** Sends the prefix and the statement together. @throws the driver's error, when either fails */
export async function sendScoped(client: pg.ClientBase, prefix: Prefix, statement: Statement): Promise<pg.QueryResult> {
  try {
    return await new Promise((resolve, reject) => {
      client.query(new ScopedQuery(prefix, statement, (error, result) => (error ? reject(error) : resolve(result))));
    });
  } catch (error) {
    if (error instanceof Error) Error.captureStackTrace(error); // where it was asked for, not where the socket was read
    throw error;
  }
}
