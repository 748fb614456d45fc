import pg from "pg";

/** What goes out in front of a statement, in the same round trip and the same transaction. Its result is dropped. */
export type Prefix = { name: string; text: string; values?: string[] };

export type Statement = {
  text: string;
  values?: unknown[];
  rowMode?: "array";
  types?: pg.CustomTypesConfig;
  /** The server keeps the statement under it, for this connection; another text needs another name. */
  name?: string;
};

/** The part of the driver's connection that writes messages. */
type Wire = {
  parse(message: { text: string; name?: string }): void;
  bind(message: { statement?: string; values?: string[] | undefined }): void;
  execute(message: { rows?: number }): void;
  close(message: { type: "S"; name: string }): void;
  /** The texts that the driver has seen under a name; it never forgets one by itself. */
  readonly parsedStatements: Record<string, string>;
};

/** The driver's own query, with the methods that its types leave out; package.json pins the version that this was written for. */
type DriverQuery = {
  readonly text: string;
  readonly name?: string;
  submit(connection: pg.Connection): void;
  prepare(connection: Wire): void;
  hasBeenParsed(connection: Wire): boolean;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
};
type DriverQueryConstructor = new (
  statement: Statement,
  values: unknown[] | undefined,
  callback: (error: Error | null, result: pg.QueryResult) => void,
) => DriverQuery;
const DriverQuery = pg.Query as unknown as DriverQueryConstructor;

/** The names under which a connection's server keeps statements, the one that was used last at the end, by the driver's connection. */
const kept = new WeakMap<object, Set<string>>();
function keptBy(connection: Wire): Set<string> {
  const names = kept.get(connection) ?? new Set();
  kept.set(connection, names);
  return names;
}
/** Statements that a server keeps for a connection: those that were not used for the longest time make room. */
const mostKept = 400;

/**
 * Two statements before one Sync: Parse, Bind and Execute of the prefix, then those of the statement. That is one round trip, and
 * one transaction, so what the prefix sets with `set_config(…, true)` holds for the statement and for nothing after it. Where the
 * statement has a name, the server parses and plans the two of them once. Inside a transaction there is no prefix.
 */
class ScopedQuery extends DriverQuery {
  private readonly prefix: Prefix | undefined;
  private inPrefix: boolean;

  constructor(
    prefix: Prefix | undefined,
    statement: Statement,
    done: (error: Error | null, result: pg.QueryResult) => void,
  ) {
    super(statement, statement.values, done);
    this.prefix = prefix;
    this.inPrefix = prefix !== undefined;
  }

  /** Always the extended protocol, in which a text of several statements is an error. */
  requiresPreparation(): boolean {
    return true;
  }

  override prepare(connection: Wire): void {
    if (this.prefix) this.sendPrefix(connection, this.prefix);
    super.prepare(connection);
  }

  private sendPrefix(connection: Wire, { name, text, values }: Prefix): void {
    if (this.name) {
      parseOnce(connection, name, text);
      connection.bind({ statement: name, values });
    } else {
      connection.parse({ text });
      connection.bind({ values });
    }
    connection.execute({}); // no Describe, so the prefix's row comes without a description
  }

  /** The driver would go by the answer to the prefix's Parse. */
  override hasBeenParsed(connection: Wire): boolean {
    if (!this.name) return false;
    parseOnce(connection, this.name, this.text);
    return true;
  }

  override handleDataRow(message: unknown): void {
    if (!this.inPrefix) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.inPrefix) this.inPrefix = false;
    else super.handleCommandComplete(message, connection);
  }
}

function parseOnce(connection: Wire, name: string, text: string): void {
  const names = keptBy(connection);
  if (names.delete(name)) {
    // It is the newest before anything makes room for what comes behind it in the same request.
    names.add(name);
    return;
  }
  const [oldest] = names;
  if (oldest !== undefined && names.size >= mostKept) {
    connection.close({ type: "S", name: oldest });
    names.delete(oldest);
    delete connection.parsedStatements[oldest];
  }
  connection.close({ type: "S", name }); // what a request that failed may have left; it is no error if there is none
  connection.parse({ name, text });
}

/**
 * Sends the prefix and the statement together.
 *
 * @param prefix undefined: what it says holds already
 * @throws the driver's error, when either fails
 */
export async function sendScoped(
  client: pg.ClientBase,
  prefix: Prefix | undefined,
  statement: Statement,
): Promise<pg.QueryResult> {
  const names = keptBy((client as unknown as { connection: Wire }).connection);
  const send = () =>
    new Promise<pg.QueryResult>((resolve, reject) => {
      client.query(new ScopedQuery(prefix, statement, (error, result) => (error ? reject(error) : resolve(result))));
    });
  try {
    const result = await send().catch((error: unknown) => {
      if (!isForgotten(error) || names.size === 0) throw error;
      names.clear();
      return send();
    });
    for (const name of statement.name ? [prefix?.name, statement.name] : []) if (name) names.add(name);
    return result;
  } catch (error) {
    if (error instanceof Error) Error.captureStackTrace(error); // where it was asked for, not where the socket was read
    throw error;
  }
}

/** 26000: the server has no statement of that name, since a pooler has put another one behind the connection. Nothing was done. */
const isForgotten = (error: unknown) => error instanceof Error && "code" in error && error.code === "26000";
