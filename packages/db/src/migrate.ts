import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import type pg from "pg";

const migrations = fileURLToPath(new URL("../migrations", import.meta.url));
const roles = new URL("../roles.sql", import.meta.url);

export type MigrateOptions = {
  direction: "up" | "down";
  /** How many migrations; by default all that are due upwards, and one downwards. */
  count?: number;
  /** How long a statement waits for a lock before everything is taken back and tried again; and the wait in between, for tests. */
  lockTimeoutMs?: number;
  pause?: (ms: number) => Promise<unknown>;
};

/** A table is locked by whoever waits for its lock as well: so long at most do requests wait for a migration that waits. */
const usualLockTimeoutMs = 2_000;
const mostAttempts = 100;
const pauseMs = 1_000;
/** PostgreSQL's code for a lock that was not to be had in time. */
const lockNotAvailable = "55P03";

/** Enough of a driver's client for migrations; a text without values may hold several statements. */
export type MigrationClient = { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> };

/**
 * Brings the tables to where the code wants them, or back: all in one transaction, and one process at a time. Where others hold a lock
 * that it needs, it steps back and tries again, for some minutes.
 *
 * @param client a connection of the login `owner`, past any pooler that shares sessions
 * @returns the names of the migrations that ran, in order
 * @throws when one fails; then none of them has happened
 */
export async function migrate(client: MigrationClient, options: MigrateOptions): Promise<string[]> {
  const { lockTimeoutMs = usualLockTimeoutMs, pause = setTimeout } = options;
  await client.query(`set lock_timeout = ${Math.floor(lockTimeoutMs)}`);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run(client, options);
      } catch (error) {
        if ((error as { code?: unknown }).code !== lockNotAvailable || attempt === mostAttempts) throw error;
        await pause(pauseMs);
      }
    }
  } finally {
    await client.query("reset lock_timeout");
  }
}

async function run(client: MigrationClient, { direction, count }: MigrateOptions): Promise<string[]> {
  const ran = await runner({
    dbClient: client as pg.ClientBase, // the runner calls `query` alone
    dir: migrations,
    migrationsTable: "migrations",
    migrationsSchema: "app",
    direction,
    singleTransaction: true,
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
