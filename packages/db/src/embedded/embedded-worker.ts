import { once } from "node:events";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { migrate, prepareRoles } from "../migrate.ts";
import { asClient, openPglite } from "./pglite.ts";
import { keepUp } from "./upkeep.ts";

/** `create`: a new folder with the roles; the thread ends when it is whole. `serve`: the folder behind a Unix socket. */
export type Order = { task: "create"; dataDir: string } | { task: "serve"; dataDir: string; socketPath: string };
/** `broken`: the folder does not open as a database. Any other failure is thrown. */
export type Report = { state: "ready" } | { state: "broken"; reason: string };

const upkeepIntervalMs = 60_000;

async function create(dataDir: string): Promise<void> {
  const db = await openPglite(dataDir);
  await prepareRoles(asClient(db));
  await db.close();
}

async function serve(port: MessagePort, dataDir: string, socketPath: string): Promise<void> {
  const report = (message: Report) => port.postMessage(message);
  const db = await openPglite(dataDir).catch((error: unknown) => {
    report({ state: "broken", reason: String(error) });
  });
  if (!db) return;

  await db.exec("SET SESSION AUTHORIZATION owner");
  await migrate(asClient(db), { direction: "up" });
  // Whatever comes through the socket is the login `door`: a statement outside a door sees nothing.
  await db.exec("SET SESSION AUTHORIZATION door");
  keepUp(db, "door", upkeepIntervalMs, (error) => setImmediate(() => rethrow(error)));

  // One connection is used; the others let it reconnect before the server has noticed that the old one is gone.
  const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 4 });
  await server.start();
  report({ state: "ready" });
  await once(port, "message");
  await server.stop();
  await db.close();
  process.exit();
}

/** Ends the thread. The socket server would swallow the error and wait for ever. */
function rethrow(error: unknown): never {
  throw error;
}

const order = workerData as Order;
if (order.task === "create") await create(order.dataDir);
else if (parentPort) await serve(parentPort, order.dataDir, order.socketPath);
