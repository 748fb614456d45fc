import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TenantId } from "@parley/contracts";
import { addDocument } from "@parley/core/knowledge/add-document";
import { findVersionStatus } from "@parley/core/knowledge/find-version-status";
import { createJobs } from "@parley/core/knowledge/jobs";
import { createWorld } from "@parley/core/testing/world";
import { openDatabase } from "@parley/db";
import { createTestDatabase } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { percentile } from "./percentile.ts";

// `pnpm bench:poison`: how long other documents wait while one kills whoever reads it (fault F14). A worker that ends is started again, as
// whoever runs it does; the waits between attempts are the product's own.

const probesBefore = 20;
const probesAfter = 20;
const betweenMs = 250;
const pollMs = 20;

const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection, max: 4 });
const world = await createWorld(db);
const sender = createJobs({ db, logger: createLogger({ level: "silent", format: "json" }), embedded: false });
await sender.start();
const poisoned = (await world.tenant()).tenantId;
const other = (await world.tenant()).tenantId;

async function add(tenantId: TenantId, path: string, text: string) {
  const document = { source: "docs", path, title: path, mediaType: "text/plain", text } as const;
  const { versionId } = await db.transaction(tenantId, (tx) => addDocument(tx, sender, document));
  return async () => (await findVersionStatus(db, tenantId, versionId))?.status;
}

let isOver = false;
let killed = 0;
let worker: ChildProcess | undefined;
const supervised = (async () => {
  while (!isOver) {
    worker = fork(fileURLToPath(import.meta.resolve("@parley/core/testing/poisoned-process")), { stdio: "inherit" });
    worker.send({ connection: database.connection, poison: "poison" });
    const [, signal] = await once(worker, "exit");
    if (signal === "SIGKILL" && !isOver) killed += 1;
  }
})();

let probes = 0;
/** What a small document of the other tenant waits until it is read in, in milliseconds. */
async function probe(): Promise<number> {
  const number = probes++;
  const started = performance.now();
  const status = await add(other, `${number}.txt`, `The elephant ${number} is grey.`);
  while ((await status()) !== "ready") await setTimeout(pollMs);
  const took = performance.now() - started;
  await setTimeout(betweenMs);
  return took;
}

await probe(); // the worker has started
const before: number[] = [];
for (let count = 0; count < probesBefore; count += 1) before.push(await probe());

const began = performance.now();
const poison = await add(poisoned, "poison.txt", "This is poison.");
const during: number[] = [];
while ((await poison()) !== "failed") during.push(await probe());
const givenUpSeconds = (performance.now() - began) / 1_000;
const after: number[] = [];
for (let count = 0; count < probesAfter; count += 1) after.push(await probe());

isOver = true;
worker?.kill("SIGKILL");
await supervised;
await sender.stop();
await db.close();
await database.drop();

const inMs = (waits: readonly number[]) => ({
  documents: waits.length,
  medianMs: Math.round(percentile(waits, 0.5)),
  longestMs: Math.round(Math.max(...waits)),
});
process.stdout.write(
  `${JSON.stringify({ attempts: killed, givenUpSeconds: Number(givenUpSeconds.toFixed(1)), before: inMs(before), during: inMs(during), after: inMs(after) }, null, 2)}\n`,
);
