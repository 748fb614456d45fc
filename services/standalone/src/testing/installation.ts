import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Database, openDatabase } from "@parley/db";
import { openEmbedded } from "@parley/db/embedded";
import { freePort } from "@parley/platform/testing/free-port";
import { type Process, startProcess } from "./process.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));

/**
 * A folder and ports of its own for `npm start`'s process: it can be started, killed and started again.
 *
 * @param options.copyOf the folder of an installation that was started and ended: what it kept is there, and with it all that a first
 *   start takes its time to make. Copies of one have its secrets, keys and ids: they are no strangers to each other, as a test of two
 *   installations wants them. By default there is nothing yet.
 */
export async function createInstallation(
  environment: Record<string, string> = {},
  { copyOf }: { copyOf?: string } = {},
) {
  const home = await mkdtemp(path.join(tmpdir(), "parley-test-"));
  const folder = path.join(home, "data");
  if (copyOf !== undefined) await cp(copyOf, folder, { recursive: true });
  const ports = {
    api: await freePort(),
    realtime: await freePort(),
    dashboard: await freePort(),
    widget: await freePort(),
  };
  const settings = {
    PARLEY_DATA_DIR: folder,
    API_PORT: String(ports.api),
    REALTIME_PORT: String(ports.realtime),
    DASHBOARD_PORT: String(ports.dashboard),
    WIDGET_PORT: String(ports.widget),
    LOG_FORMAT: "json",
    ...environment,
  };
  const started: Process[] = [];
  const run = (script: string, args: string[], more: Record<string, string> = {}) => {
    const process = startProcess(script, { ...settings, ...more }, args);
    started.push(process);
    return process;
  };
  const apiUrl = `http://localhost:${ports.api}`;
  const origin = `http://localhost:${ports.widget}`;

  return {
    folder,
    ports,
    apiUrl,
    origin,
    /** Starts it and waits until it is ready. */
    async start(more: Record<string, string> = {}, args: string[] = []): Promise<Process> {
      const process = run(main, args, more);
      await process.printed("Parley is ready");
      return process;
    },
    /** Starts it, however that ends. */
    launch: (more: Record<string, string> = {}, args: string[] = []) => run(main, args, more),
    parley: (...args: string[]) => run(cli, args),
    /** The demo inbox's key, as the demo page has it. */
    async publishableKey(): Promise<string> {
      const page = await (await fetch(origin)).text();
      const [key] = /pk_[\w-]+/.exec(page) ?? [];
      if (!key) throw new Error("the demo page has no key");
      return key;
    },
    /** While nothing of it runs. */
    async withDatabase(work: (db: Database) => Promise<unknown>): Promise<void> {
      const embedded = await openEmbedded({ dataDir: path.join(folder, "database") });
      const db = openDatabase(embedded);
      try {
        await work(db);
      } finally {
        await db.close();
        await embedded.close();
      }
    },
    secrets: async () => JSON.parse(await readFile(path.join(folder, "secrets.json"), "utf8")),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((process) => process.end("SIGKILL")));
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** An installation as its first start leaves it, to be copied. @throws what was printed, when that did not start or end as it should */
export async function createStartedInstallation() {
  const installation = await createInstallation();
  try {
    const process = await installation.start();
    const ended = await process.end();
    if (ended !== 0) throw new Error(`a first start was to be copied, and ended with ${ended}:\n${process.output()}`);
    return installation;
  } catch (error) {
    await installation[Symbol.asyncDispose]();
    throw error;
  }
}
