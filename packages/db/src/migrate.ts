import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import type pg from "pg";

const migrations = fileURLToPath(new URL("../migrations", import.meta.url));
const roles = new URL("../roles.sql", import.meta.url);

export type MigrateOptions = {
  direction: "up" | "down";
  /** How many migrations; by default all that are due upwards, and one downwards. */
  count?: number;
};

/** Enough of a driver's client for migrations; a text without values may hold several statements. */
export type MigrationClient = { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> };

/**
 * Brings the tables to where the code wants them, or back: all in one transaction, and one process at a time.
 *
 * @param client a connection of the login `owner`, past any pooler that shares sessions
 * @returns the names of the migrations that ran, in order
 * @throws when one fails; then none of them has happened
 */
export async function migrate(client: MigrationClient, { direction, count }: MigrateOptions): Promise<string[]> {
  const ran = await runner({
    dbClient: client as pg.ClientBase, // the runner calls `query` alone
    dir: migrations,
    migrationsTable: "migrations",
    migrationsSchema: "app",
    direction,
    ...(count !== undefined && { count }),
    advisoryLockMode: "wait",
    log: () => {}, // it says nothing that its result and its error don't
  });
  return ran.map(({ name }) => name);
}

/**
 * Makes the roles and schemas of roles.sql; may be run again.
 *
 * @param admin a superuser's connection to the database that Parley will have
 */
export async function prepareRoles(admin: MigrationClient): Promise<void> {
  await admin.query(await readFile(roles, "utf8"));
}
