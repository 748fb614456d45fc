import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Database, type OpenOptions, openDatabase } from "../database.ts";
import { openEmbedded } from "../embedded/open-embedded.ts";
import { createTestDatabase } from "./databases.ts";

/** What a guarantee of the doors has to hold on. */
export const bothDatabases = ["PGlite", "PostgreSQL"] as const;

/** A migrated database of one's own, and its doors. */
export type OwnDatabase = { db: Database; close(): Promise<void> } & Pick<
  OpenOptions,
  "connection" | "keepsStatements"
> & {
    max: number;
  };

export async function openOwnDatabase(
  kind: (typeof bothDatabases)[number],
  options: Omit<OpenOptions, "connection" | "max"> = {},
): Promise<OwnDatabase> {
  const { close, ...place } = kind === "PGlite" ? await openFolder() : await copyTemplate();
  const db = openDatabase({ ...options, ...place });
  return {
    db,
    ...place,
    async close() {
      await db.close();
      await close();
    },
  };
}

async function openFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-test-"));
  const embedded = await openEmbedded({ dataDir: path.join(folder, "database") });
  return {
    ...embedded,
    async close() {
      await embedded.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function copyTemplate() {
  const { connection, drop } = await createTestDatabase();
  return { connection, max: 4, close: drop };
}
