import { randomUUID } from "node:crypto";
import pg from "pg";
import { type Database, type OpenOptions, openDatabase } from "../database.ts";
import { migrate, prepareRoles } from "../migrate.ts";

/** Set by global-setup.ts: a migrated database that all tests of a run share, and one to copy that nobody connects to. */
export const sharedDatabase = { name: "PARLEY_TEST_DATABASE", template: "PARLEY_TEST_TEMPLATE" } as const;

export type TestDatabase = {
  /** The login `door`, as services have it. */
  connection: pg.ClientConfig;
  /** The login `owner`, as migrations have it. */
  ownerConnection: pg.ClientConfig;
  adminConnection: pg.ClientConfig;
  /** Removes the database, along with whoever is still connected to it. */
  drop(): Promise<void>;
};

/**
 * A migrated database of one's own, on the server that DATABASE_URL names as its superuser.
 *
 * @param options.migrated false leaves it empty but for the roles and schemas
 */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `parley_test_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const template = migrated ? environment(sharedDatabase.template) : undefined;
  if (template) {
    await asAdmin((admin) => admin.query(`create database ${name} template ${template}`));
  } else {
    await createPrepared(name);
    if (migrated) await withClient(connectionTo(name, "owner"), (owner) => migrate(owner, { direction: "up" }));
  }
  return {
    connection: connectionTo(name, "door"),
    ownerConnection: connectionTo(name, "owner"),
    adminConnection: connectionTo(name),
    drop: () => dropDatabase(name),
  };
}

/** The migrated database that all tests of this run share; make your own tenant in it. */
export async function openTestDatabase(options: Omit<OpenOptions, "connection"> = {}): Promise<Database> {
  const name = environment(sharedDatabase.name);
  if (!name) throw new Error(`${sharedDatabase.name} is not set: vitest's project needs packages/db's global-setup.ts`);
  return openDatabase({ max: 4, ...options, connection: connectionTo(name, "door") });
}

/** Runs `use` on a connection of its own. */
export async function withClient<T>(connection: pg.ClientConfig, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** A migrated database to share and another one to copy, since one that somebody is connected to can't be copied. */
export async function createSharedDatabases(): Promise<{ name: string; template: string; drop(): Promise<void> }> {
  const { adminConnection, drop } = await createTestDatabase();
  const template = String(adminConnection.database);
  const name = `${template}_shared`;
  await asAdmin((admin) => admin.query(`create database ${name} template ${template}`));
  return {
    name,
    template,
    async drop() {
      await dropDatabase(name);
      await drop();
    },
  };
}

/** Roles belong to the whole server, so one at a time makes them; the lock is one of the administrator's own database. */
async function createPrepared(name: string): Promise<void> {
  await asAdmin(async (admin) => {
    await admin.query("select pg_advisory_lock(hashtext('parley test roles'))");
    await admin.query(`create database ${name}`);
    await withClient(connectionTo(name), prepareRoles);
    const { password } = server();
    if (!password) return;
    for (const login of ["door", "owner"]) {
      await admin.query(`alter role ${login} password ${admin.escapeLiteral(password)}`);
    }
  });
}

const asAdmin = <T>(use: (admin: pg.Client) => Promise<T>) => withClient(server().config, use);

async function dropDatabase(name: string): Promise<void> {
  await asAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
}

/** The tests' logins have the administrator's password. */
function connectionTo(database: string, login?: "door" | "owner"): pg.ClientConfig {
  const { config } = server();
  return { ...config, database, ...(login && { user: login }) };
}

function server(): { config: pg.ClientConfig; password: string } {
  const url = environment("DATABASE_URL");
  if (!url) throw new Error("DATABASE_URL is not set: integration tests need PostgreSQL, as a superuser");
  const { hostname, port, username, password, pathname } = new URL(url);
  const config = {
    host: decodeURIComponent(hostname),
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || "postgres",
  };
  return { config, password: config.password };
}

function environment(name: string): string | undefined {
  return process.env[name];
}
