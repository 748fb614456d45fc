import path from "node:path";
import { type Database, openDatabase } from "@parley/db";
import { openEmbedded } from "@parley/db/embedded";
import { loadConfig } from "@parley/platform/config";
import type { RunningApi } from "./admin-api.ts";
import { FolderInUse, findRunning, openDataFolder, readSecret } from "./data-folder.ts";
import { OperatorError } from "./operator-error.ts";

type Environment = Record<string, string | undefined>;

/** Where something of the installation is read: in its database, or by the api that holds it. */
type Readers<Source> = { ofDatabase(db: Database): Source; overHttp(api: RunningApi): Source };

export type Opened<Source> = {
  source: Source;
  secret: string;
  /** Of the audit logs. */
  checkpointDir: string | undefined;
};

/** Opens what the installation holds that the environment names, as `npm start` or the services have it. */
export async function withReader<Source, T>(
  environment: Environment,
  { ofDatabase, overHttp }: Readers<Source>,
  work: (opened: Opened<Source>) => Promise<T>,
): Promise<T> {
  if (environment.DATABASE_URL) {
    const config = loadConfig({ ADMIN_TOKEN: "x".repeat(32), ...environment });
    const db = openDatabase({ connection: { connectionString: config.database.url }, max: 1 });
    try {
      return await work({ source: ofDatabase(db), secret: config.secret, checkpointDir: config.auditCheckpointDir });
    } finally {
      await db.close();
    }
  }
  const folderPath = path.resolve(environment.PARLEY_DATA_DIR || "data");
  const checkpointDir = environment.AUDIT_CHECKPOINT_DIR || path.join(folderPath, "audit-checkpoints");
  try {
    const folder = await openDataFolder(folderPath);
    try {
      const embedded = await openEmbedded({ dataDir: folder.databaseDir });
      const db = openDatabase(embedded);
      try {
        const secret = environment.PARLEY_SECRET || folder.secrets.secret;
        return await work({ source: ofDatabase(db), secret, checkpointDir });
      } finally {
        await db.close();
        await embedded.close();
      }
    } finally {
      await folder.release();
    }
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    const running = await findRunning(folderPath);
    if (!running) throw new OperatorError("Parley is starting or stopping: try again in a moment.");
    const secret = environment.PARLEY_SECRET || (await readSecret(folderPath));
    return work({ source: overHttp(running), secret, checkpointDir });
  }
}
