import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import type pg from "pg";
import { DatabaseError } from "../database-error.ts";
import type { Order, Report } from "./embedded-worker.ts";

export type EmbeddedOptions = {
  /** The database's own folder, which is made when there is none. Nothing here keeps a second process from opening it too. */
  dataDir: string;
  /** Called when the thread dies unasked: no statement succeeds any more. */
  onLost?: ((error: Error) => void) | undefined;
};

export type Embedded = {
  connection: pg.PoolConfig;
  /** One session is all there is: two connections would stand in each other's transactions. */
  max: 1;
  keepsStatements: true;
  /** Writes what is in memory to the folder and ends the thread. Close the pool first. */
  close(): Promise<void>;
};

/**
 * PostgreSQL inside this process: PGlite in a thread of its own, with roles and migrations in place, behind a Unix socket. It
 * never waits for the disk: what was acknowledged survives the death of the process, not a power cut.
 *
 * @throws DatabaseError `database.damaged` when the folder holds something that does not open as a database
 */
export async function openEmbedded({ dataDir, onLost }: EmbeddedOptions): Promise<Embedded> {
  const files = await readdir(dataDir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (files.length === 0) await create(dataDir);
  else if (!files.includes("PG_VERSION")) throw new DatabaseError("database.damaged");

  const socketDir = await mkdtemp(path.join(tmpdir(), "parley-"));
  const thread = start({ task: "serve", dataDir, socketPath: path.join(socketDir, ".s.PGSQL.5432") });
  let closing = false;
  const ended = thread.ended.then(async (error) => {
    await rm(socketDir, { recursive: true, force: true });
    if (!closing) onLost?.(error);
  });
  try {
    await thread.ready;
  } catch (error) {
    closing = true;
    await ended;
    throw error;
  }
  return {
    connection: { host: socketDir, port: 5432, user: "door", database: "postgres", ssl: false },
    max: 1,
    keepsStatements: true,
    async close() {
      closing = true;
      thread.worker.postMessage("close");
      await ended;
    },
  };
}

/**
 * Whole or not at all: whatever ends the process meanwhile leaves no half-made folder. It is made in a thread of its own because
 * making a database takes the memory of two, and only the end of the thread gives that back.
 */
async function create(dataDir: string): Promise<void> {
  const draft = `${dataDir}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(path.dirname(dataDir), { recursive: true });
  const thread = start({ task: "create", dataDir: draft });
  await Promise.race([thread.ready, thread.ended]);
  await rename(draft, dataDir);
}

function start(order: Order) {
  const worker = new Worker(new URL("./embedded-worker.ts", import.meta.url), { name: "database", workerData: order });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  let failure: unknown;
  worker.on("message", (report: Report) => {
    if (report.state === "ready") return resolve();
    failure = new DatabaseError("database.damaged", { cause: new Error(report.reason) });
  });
  worker.on("error", (error) => {
    failure = error;
  });
  const ended = new Promise<Error>((resolve) => {
    worker.once("exit", () => resolve(new Error("The thread of the database has ended", { cause: failure })));
  });
  void ended.then((error) => reject(failure ?? error));
  return { worker, ready, ended };
}
