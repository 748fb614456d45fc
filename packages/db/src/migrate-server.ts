import pg from "pg";
import { type MigrateOptions, migrate } from "./migrate.ts";

/**
 * Migrates a PostgreSQL server's database.
 *
 * @param url of the login `owner`, past any pooler that shares sessions
 * @returns the names of the migrations that ran, in order
 */
export async function migrateServer(url: string, options: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await migrate(client, options);
  } finally {
    await client.end();
  }
}
