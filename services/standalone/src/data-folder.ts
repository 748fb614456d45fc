import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { OperatorError } from "./operator-error.ts";

const Marker = z.object({ product: z.literal("parley"), format: z.literal(1) });
const Secrets = z.object({
  secret: z.string().min(32),
  adminToken: z.string().min(32),
  demoPassword: z.string().min(15),
});
export type Secrets = z.infer<typeof Secrets>;
const Documentation = z.object({ pages: z.array(z.string()) });
const Running = z.object({ apiUrl: z.url() });

/** An installation's folder, held by this process alone until `release`. */
export type DataFolder = {
  path: string;
  databaseDir: string;
  /** Signed checkpoints of the audit logs; see `writeCheckpoints`. */
  checkpointDir: string;
  secrets: Secrets;
  /** True when this process made the folder. */
  isNew: boolean;
  /** Pages of the documentation that the demo workspace was given, whatever has become of them. */
  offeredPages: { read(): Promise<string[]>; write(pages: string[]): Promise<void> };
  /** Tells the command line where the api listens. */
  announceRunning(apiUrl: string): Promise<void>;
  release(): Promise<void>;
};

/**
 * Opens the folder, and makes it where there is none.
 *
 * @param options.reset throws away what it holds; only of a folder that is ours
 * @throws OperatorError when it is in use, is not ours, or is damaged
 */
export async function openDataFolder(folder: string, { reset = false } = {}): Promise<DataFolder> {
  const at = (name: string) => path.join(folder, name);
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw new OperatorError(`The data folder ${folder} can't be read (${error.code}): set PARLEY_DATA_DIR to another.`);
  });
  const isNew = entries.length === 0;
  if (!isNew && !entries.includes("parley.json")) {
    throw new OperatorError(
      `The folder ${folder} holds something that is not Parley's: set PARLEY_DATA_DIR to an empty or a new folder.`,
    );
  }
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError(`The data folder ${folder} can't be made (${error.code}): set PARLEY_DATA_DIR to another.`);
  });
  const unlock = lock(at("lock"), folder);
  try {
    if (isNew) await writeWhole(at("parley.json"), { product: "parley", format: 1 });
    await readJson(at("parley.json"), Marker, folder);
    if (reset)
      for (const name of ["database", "secrets.json", "audit-checkpoints", "documentation.json", "mail", "objects"])
        await rm(at(name), { recursive: true, force: true });
    const secrets = await readSecrets(at("secrets.json"), at("database"), folder);
    await rm(at("running.json"), { force: true });
    return {
      path: folder,
      databaseDir: at("database"),
      checkpointDir: at("audit-checkpoints"),
      secrets,
      isNew: isNew || reset,
      offeredPages: {
        read: async () =>
          (await readdir(folder)).includes("documentation.json")
            ? (await readJson(at("documentation.json"), Documentation, folder)).pages
            : [],
        write: (pages) => writeWhole(at("documentation.json"), { pages }),
      },
      announceRunning: (apiUrl) => writeWhole(at("running.json"), { apiUrl }),
      async release() {
        await rm(at("running.json"), { force: true });
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Where the api of the installation listens that holds the folder; undefined when none does, or not yet. */
export async function findRunning(folder: string): Promise<{ apiUrl: string; adminToken: string } | undefined> {
  try {
    const { apiUrl } = await readJson(path.join(folder, "running.json"), Running, folder);
    const { adminToken } = await readJson(path.join(folder, "secrets.json"), Secrets, folder);
    return { apiUrl, adminToken };
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

/** The secret that the folder's installation signs with. @throws OperatorError when it can't be read */
export async function readSecret(folder: string): Promise<string> {
  return (await readJson(path.join(folder, "secrets.json"), Secrets, folder)).secret;
}

/** The folder is in use by another process. */
export class FolderInUse extends OperatorError {}

// An open transaction of SQLite is a lock of the operating system: it ends with the process, however that ends.
function lock(file: string, folder: string): () => void {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== 5) throw error;
    throw new FolderInUse(
      `Parley already runs on the data folder ${folder}: stop that one first, or set PARLEY_DATA_DIR to another folder.`,
    );
  }
  return () => database.close();
}

async function readSecrets(file: string, databaseDir: string, folder: string): Promise<Secrets> {
  const known = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (known) return readJson(file, Secrets, folder);
  const hasData = await readdir(databaseDir).catch(() => []);
  if (hasData.length > 0) throw damaged(folder, "secrets.json is gone");
  const secrets = {
    secret: randomBytes(32).toString("base64url"),
    adminToken: randomBytes(32).toString("base64url"),
    demoPassword: randomBytes(12).toString("base64url"),
  };
  await writeWhole(file, secrets);
  return secrets;
}

async function readJson<T>(file: string, shape: z.ZodType<T>, folder: string): Promise<T> {
  try {
    return shape.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    throw damaged(folder, `${path.basename(file)} can't be read`);
  }
}

/** The sentence for a folder of ours that can't be used any more. */
export function damaged(folder: string, why: string): OperatorError {
  return new OperatorError(
    `The data folder ${folder} is damaged (${why}): restore it from a copy, or begin anew with \`npm start -- --reset\`.`,
  );
}

/** The file is there whole or not at all, and nobody else may read it. */
async function writeWhole(file: string, value: unknown): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, {
    mode: 0o600,
  });
  await chmod(draft, 0o600);
  await rename(draft, file);
}
