import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import type { MigrationClient } from "../migrate.ts";

// The defaults are those of a server. Here the buffers are part of this process's memory, and one connection is all there is.
const settings = ["shared_buffers=32MB", "maintenance_work_mem=16MB", "min_wal_size=32MB"];

/** PostgreSQL 18 in WebAssembly, over the folder; its one session is a superuser's. */
export function openPglite(dataDir: string): Promise<PGlite> {
  return PGlite.create({
    dataDir,
    extensions: { vector },
    startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ["-c", setting])],
  });
}

/** PGlite as migrations see a client. */
export function asClient(db: PGlite): MigrationClient {
  return {
    async query(text, values) {
      if (values?.length) return db.query(text, values);
      const results = await db.exec(text);
      return results.at(-1) ?? { rows: [] };
    },
  };
}
