import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { TenantId } from "@parley/contracts";
import { openDatabase } from "@parley/db";
import { createTestDatabase } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { expect, test } from "vitest";
import { createWorld } from "../testing/world.ts";
import { addDocument } from "./add-document.ts";
import { findVersionStatus } from "./find-version-status.ts";
import { createJobs } from "./jobs.ts";

const patience = { timeout: 60_000, interval: 100 };

test("[F14] a document that kills whoever reads it is given up after five, and not one of the others is, nor waits for it", async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ connection: database.connection, max: 4 });
  const world = await createWorld(db);
  const sender = createJobs({ db, logger: createLogger({ level: "silent", format: "json" }), embedded: false });
  await sender.start();
  const tenants = [await world.tenant(), await world.tenant()].map(({ tenantId }) => tenantId);
  const add = async (tenantId: TenantId, path: string, text: string) => {
    const document = { source: "docs", path, title: path, mediaType: "text/plain", text } as const;
    const { versionId } = await db.transaction(tenantId, (tx) => addDocument(tx, sender, document));
    return { tenantId, versionId };
  };
  const healthy = [];
  for (let index = 0; index < 5; index += 1)
    for (const tenantId of tenants) healthy.push(await add(tenantId, `${index}.txt`, `The elephant ${index} is grey.`));
  const [poisoned] = tenants;
  if (!poisoned) throw new Error("there are two");
  const poison = await add(poisoned, "poison.txt", "This is poison.");
  for (let index = 5; index < 10; index += 1)
    for (const tenantId of tenants) healthy.push(await add(tenantId, `${index}.txt`, `The elephant ${index} is grey.`));

  // As whoever runs it does: a worker that ends is started again.
  let killed = 0;
  let isOver = false;
  let worker: ChildProcess | undefined;
  const supervised = (async () => {
    while (!isOver) {
      worker = fork(new URL("../testing/poisoned-process.ts", import.meta.url), { stdio: "inherit" });
      worker.send({ connection: database.connection, poison: "poison" });
      const [, signal] = await once(worker, "exit");
      if (signal === "SIGKILL" && !isOver) killed += 1;
    }
  })();
  try {
    const statusOf = async ({ tenantId, versionId }: typeof poison) => findVersionStatus(db, tenantId, versionId);
    /** The wait before another attempt is over. */
    const hurry = () => db.executeSql("system")("update pgboss.job set start_after = now() where state = 'retry'");
    await expect
      .poll(async () => {
        await hurry();
        return statusOf(poison);
      }, patience)
      .toMatchObject({ status: "failed", failure: "The document could not be read in, though it was tried 5 times." });
    expect(killed).toBe(5);
    for (const one of healthy) {
      await expect
        .poll(async () => {
          await hurry();
          return statusOf(one);
        }, patience)
        .toMatchObject({ status: "ready" });
    }
    // Whatever comes next is read in as ever.
    const next = await add(poisoned, "next.txt", "The lion is yellow.");
    await expect.poll(() => statusOf(next), patience).toMatchObject({ status: "ready" });
    expect(killed).toBe(5);
  } finally {
    isOver = true;
    worker?.kill("SIGKILL");
    await supervised;
    await sender.stop();
    await db.close();
    await database.drop();
  }
}, 180_000);
