import pg from "pg";
import { type MigrateOptions, migrate } from "./migrate.ts";
import { refuseOldServer } from "./server-floors.ts";

export { ServerTooOld } from "./server-floors.ts";

/**
 * Migrates a PostgreSQL server's database.
 *
 * @param url of the login `owner`, past any pooler that shares sessions
 * @returns the names of the migrations that ran, in order
 * @throws ServerTooOld before anything happens, on the way up: the way back stays open
 */
export async function migrateServer(url: string, options: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    if (options.direction === "up") await refuseOldServer(client);
    return await migrate(client, options);
  } finally {
    await client.end();
  }
}
