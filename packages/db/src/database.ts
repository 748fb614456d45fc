import { AsyncLocalStorage } from "node:async_hooks";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { NodePgTransaction } from "drizzle-orm/node-postgres";
import pg from "pg";
import { answerInTime } from "./answer-in-time.ts";
import { DatabaseError } from "./database-error.ts";
import type { Prepared } from "./prepared.ts";
import { enter, type Scope } from "./scope.ts";
import { type Prefix, type Statement, sendScoped } from "./scoped-query.ts";
import { createServerClock } from "./server-clock.ts";
import { statementName } from "./statement-name.ts";
import { DoorSession, databaseOver, dialect, type NoSchema, type Send } from "./statements.ts";

export type OpenOptions = {
  /** The login `door`, and where its server is. */
  connection: pg.PoolConfig;
  /** Connections at most; over PGlite exactly 1, in the whole process. */
  max?: number | undefined;
  /** How long a caller waits for a connection before `database.busy`. */
  connectionTimeoutMs?: number | undefined;
  /** How long one statement may take; PGlite has no such limit. 0 is no limit. */
  statementTimeoutMs?: number | undefined;
  /** How long the server may keep silent before its connection counts as lost; never over a socket of this machine, as PGlite's. */
  answerTimeoutMs?: number | undefined;
  /**
   * The server parses and plans each text once for a connection, whoever sends it. For a server that is never behind a pooler: what it
   * forgets inside a transaction fails that.
   */
  keepsStatements?: boolean | undefined;
};

/** What a read may ask, in one statement. */
export type Queries = Pick<
  NodePgDatabase,
  "select" | "selectDistinct" | "selectDistinctOn" | "with" | "$with" | "$count" | "execute"
>;

/** What a write may ask, in one statement. */
export type Changes = Pick<NodePgDatabase, "insert" | "update" | "delete">;

export type TenantTransaction = NodePgTransaction<NoSchema, NoSchema> & {
  /** Calls the listeners of `onSignal(name)` once this transaction is committed, once however often it was said. */
  signal(name: string): void;
};

export type Row = Record<string, unknown>;

export type ReadOptions = { settings?: Readonly<Record<string, string>>; isPlannedAnew?: true };

/** The doors to the database, and what libraries are given in their place. Role, tenant and read-only end with each use. */
export type Database = {
  /**
   * One statement in one round trip, which can't write.
   *
   * @param options.settings of the server, for this statement alone
   * @param options.isPlannedAnew it is one of those whose best plan goes by its values, so that no plan is kept of it
   * @throws DatabaseError `database.busy`, `database.nested`; the driver's error when the statement fails
   */
  read<T>(scope: Scope, query: (db: Queries) => PromiseLike<T>, options?: ReadOptions): Promise<T>;

  /**
   * One statement that writes, in one round trip and a transaction of its own: what nothing has to be stored together with.
   *
   * @throws as `read`
   */
  write<T>(scope: Scope, query: (db: Changes) => PromiseLike<T>): Promise<T>;

  /**
   * A prepared statement, in one round trip and a transaction of its own: for the few that each request sends.
   *
   * @throws as `read`
   */
  run<T extends Row, Value extends string>(
    scope: Scope,
    statement: Prepared<T, Value>,
    values: Record<Value, unknown>,
  ): Promise<T[]>;

  /**
   * One transaction, committed when `work` resolves and rolled back when it rejects. It holds a connection, so `work` awaits
   * nothing but the database. Not to be nested, nor is a read inside it.
   *
   * @throws DatabaseError `database.busy`, `database.nested`; `database.rolled_back` when `work` hid the failure of a statement;
   *   what `work` throws
   */
  transaction<T>(scope: Scope, work: (tx: TenantTransaction) => Promise<T>): Promise<T>;

  /** Calls `listener` after each COMMIT in which `tx.signal(name)` was said, in this process. It must not throw. */
  onSignal(name: string, listener: () => void): void;

  /** For pg-boss. A text without values may hold several statements, and is one transaction unless it says otherwise. */
  executeSql(role: "system"): (text: string, values?: unknown[]) => Promise<{ rows: Row[] }>;

  /** For Better Auth: each statement on its own as the role `auth`, and `.transaction` through the second door. */
  authDatabase(): NodePgDatabase;

  /** The time by the server's clock, whatever this process's says. Not to be called inside a transaction. @throws as `read` */
  now(): Promise<Date>;

  /** @throws when the server does not answer */
  ping(): Promise<void>;

  /** Waits for what is running, then closes the connections. */
  close(): Promise<void>;
};

/** Behind a pooler, what comes after it has no name: were that one forgotten, BEGIN would be done already, and the transaction failed. */
const begin: Prefix = { name: "parley_begin", text: "begin" };

/** Longer texts are of many rows in one go, and hardly ever the same. */
const longestKept = 10_000;

/** Opens the doors; the first use connects. */
export function openDatabase(options: OpenOptions): Database {
  const { connection, max = 10, connectionTimeoutMs = 5_000, statementTimeoutMs = 30_000, keepsStatements } = options;
  // The server ends a statement before that, and says so.
  const { answerTimeoutMs = statementTimeoutMs && statementTimeoutMs + 5_000 } = options;
  const withinMs = connection.host?.startsWith("/") ? 0 : answerTimeoutMs;
  const pool = new pg.Pool({
    application_name: "parley",
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    idleTimeoutMillis: 0,
    ...connection,
    max,
    connectionTimeoutMillis: connectionTimeoutMs,
  });
  // Whoever is using a connection that breaks gets the error; an idle one is replaced at the next use. Unheard, either event ends
  // the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));

  const current = new AsyncLocalStorage<{ open: boolean }>();
  const listeners = new Map<string, (() => void)[]>();

  async function withConnection<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (current.getStore()?.open) throw new DatabaseError("database.nested");
    const client = await pool.connect().catch((cause: unknown) => {
      throw isBusy(cause) ? new DatabaseError("database.busy", { cause }) : cause;
    });
    try {
      return await use(client);
    } finally {
      // A failed statement does not cost the connection, an open transaction does.
      client.release(client.getTransactionStatus() !== "I");
    }
  }

  const toKeep = (statement: Statement): Statement => {
    const isKept = keepsStatements && !statement.name && statement.text.length <= longestKept;
    return isKept ? { ...statement, name: statementName(statement.text) } : statement;
  };

  /** One statement of a transaction. */
  const sendInside = (client: pg.PoolClient, statement: Statement) => {
    const kept = toKeep(statement);
    return kept.name ? sendScoped(client, undefined, kept) : client.query<pg.QueryResultRow>(statement);
  };

  /** One statement in its own round trip and transaction. */
  const sendAlone = (scope: Scope, access: "read" | "write", options: ReadOptions = {}) => {
    const prefix = enter(scope, access, statementTimeoutMs, options.settings);
    return (statement: Statement) => {
      const sent = options.isPlannedAnew || options.settings ? statement : toKeep(statement);
      return withConnection((client) => answerInTime(client, sendScoped(client, prefix, sent), withinMs));
    };
  };
  const alone = (...[scope, access, options]: Parameters<typeof sendAlone>) => {
    const send = sendAlone(scope, access, options);
    return databaseOver((statement, values = []) => send({ ...statement, values }));
  };

  async function transaction<T>(scope: Scope, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
    const { text, values = [] } = enter(scope, "write", statementTimeoutMs);
    const signals = new Set<string>();
    const result = await withConnection(async (client) => {
      const mark = { open: true };
      let last: Promise<unknown> = Promise.resolve();
      const send: Send = (statement, values = []) => {
        if (!mark.open) return Promise.reject(new DatabaseError("database.over"));
        const sent = last.then(() => answerInTime(client, sendInside(client, { ...statement, values }), withinMs));
        last = sent.catch(() => {}); // for the order alone; whoever asked gets the error
        return sent;
      };
      const end = async (command: "commit" | "rollback") => {
        mark.open = false;
        await last;
        return answerInTime(client, client.query(command), withinMs);
      };
      try {
        await answerInTime(client, sendScoped(client, begin, toKeep({ text, values })), withinMs);
        const tx = new NodePgTransaction<NoSchema, NoSchema>(dialect, new DoorSession(send), undefined);
        const signal = (name: string) => void signals.add(name);
        const value = await current.run(mark, () => work(Object.assign(tx, { signal })));
        const { command } = await end("commit");
        if (command !== "COMMIT") throw new DatabaseError("database.rolled_back");
        return value;
      } catch (error) {
        if (mark.open) await end("rollback").catch(() => {}); // on a broken connection; the first error tells more
        throw error;
      }
    });
    for (const name of signals) for (const listener of listeners.get(name) ?? []) listener();
    return result;
  }

  /** Several statements in one message: the server makes one transaction of them, unless they say otherwise. */
  const sendText = (role: "system", text: string) =>
    withConnection(async (client) => {
      const scope = `select set_config('role', '${role}', true), set_config('statement_timeout', '${statementTimeoutMs}', true);`;
      try {
        const results: unknown = await answerInTime(client, client.query(`${scope}\n${text}`), withinMs);
        const [, ...own] = results as pg.QueryResult<Row>[];
        // pg-boss looks for a row of each of its statements.
        return { rows: own.flatMap(({ rows }) => rows) };
      } catch (error) {
        await client.query("rollback").catch(() => {}); // the text may have begun a transaction of its own
        throw error;
      }
    });

  const now = createServerClock(async () => {
    const time = "select extract(epoch from clock_timestamp()) * 1000 as ms";
    const { rows } = await withConnection((client) =>
      answerInTime(client, client.query<{ ms: string }>(time), withinMs),
    );
    return Number(rows[0]?.ms);
  });
  let closing: Promise<void> | undefined;
  return {
    read: async (scope, query, options) => query(alone(scope, "read", options)),
    write: async (scope, query) => query(alone(scope, "write")),
    run: async <T extends Row, Value extends string>(
      scope: Scope,
      statement: Prepared<T, Value>,
      values: Record<Value, unknown>,
    ) => (await sendAlone(scope, statement.access)(statement.fill(values))).rows as T[],
    transaction,
    onSignal(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
    executeSql: (role) => async (text, values) =>
      values?.length ? sendAlone(role, "write")({ text, values }) : sendText(role, text),
    authDatabase() {
      const database = alone("auth", "write");
      database.transaction = (work) => transaction("auth", work);
      return database;
    },
    now,
    async ping() {
      await withConnection((client) => answerInTime(client, client.query("select 1"), withinMs));
    },
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

/** The pool's own two messages have no code; 53300 is the server's `too_many_connections`. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /timeout exceeded when trying to connect|due to connection timeout/.test(error.message) ||
    ("code" in error && error.code === "53300")
  );
}
