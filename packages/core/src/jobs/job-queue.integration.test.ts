import { openDatabase } from "@parley/db";
import { createTestDatabase } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { expect, test } from "vitest";
import * as z from "zod";
import { createWorld } from "../testing/world.ts";
import { createJobQueue } from "./job-queue.ts";

/** A queue of one kind, and tenants who order such jobs: `work` has `order` say whose were taken. */
async function openQueue() {
  const database = await createTestDatabase();
  const db = openDatabase({ connection: database.connection, max: 4 });
  const world = await createWorld(db);
  const queue = createJobQueue({ db, logger: createLogger({ level: "silent", format: "json" }), embedded: true });
  queue.define("count", { retryLimit: 0 });
  await queue.start();
  const order: string[] = [];
  const tenantOf = async (name: string) => {
    const { tenantId } = await world.tenant();
    const send = (delaySeconds?: number) =>
      db.transaction(tenantId, (tx) =>
        queue.send(tx, "count", { name }, { inTurnOf: tenantId, ...(delaySeconds && { delaySeconds }) }),
      );
    const hurry = () =>
      db.transaction(tenantId, (tx) => queue.hurry(tx, "count", tenantId, { except: "refused", forget: ["putOff"] }));
    return { send, hurry };
  };
  const work = () =>
    queue.handle({
      name: "count",
      schema: z.object({ name: z.string() }),
      pollingIntervalSeconds: 3_600,
      describe: () => ({}),
      work: async ({ name }) => void order.push(name),
      batchSize: 1,
    });
  return {
    ...{ order, tenantOf, work },
    /** Those of the first rounds that are due have been taken. */
    skip: (rounds: number) =>
      db.executeSql("system")(`delete from pgboss.job where priority > -${rounds} and start_after <= now()`),
    async [Symbol.asyncDispose]() {
      await queue.stop();
      await db.close();
      await database.drop();
    },
  };
}

test("[T8] a job that waits for its time lets nobody in before those that wait for their turn", async () => {
  await using queue = await openQueue();
  const { order, tenantOf } = queue;
  const [many, late, few] = [await tenantOf("many"), await tenantOf("late"), await tenantOf("few")];
  for (let index = 0; index < 10; index += 1) await many.send();
  await late.send(600);
  // Five rounds later somebody comes who had nothing to do until then.
  await queue.skip(5);
  for (let index = 0; index < 3; index += 1) await few.send();
  await late.send();
  await queue.work();
  await expect.poll(() => order, { timeout: 20_000 }).toHaveLength(9);
  expect(order).toEqual(["many", "few", "many", "few", "late", "many", "few", "many", "many"]);
  await late.hurry();
  await expect.poll(() => order.at(9), { timeout: 20_000 }).toBe("late");
});

test("[T8] jobs that wait no longer for their time are taken in turn with those of others, and so are whose come then", async () => {
  await using queue = await openQueue();
  const { order, tenantOf } = queue;
  const [late, many, few] = [await tenantOf("late"), await tenantOf("many"), await tenantOf("few")];
  for (let index = 0; index < 3; index += 1) await late.send(600);
  for (let index = 0; index < 10; index += 1) await many.send();
  await queue.skip(5);
  await late.hurry();
  for (let index = 0; index < 2; index += 1) await few.send();
  await queue.work();
  await expect.poll(() => order, { timeout: 20_000 }).toHaveLength(10);
  expect(order).toEqual(["late", "many", "few", "late", "many", "few", "late", "many", "many", "many"]);
});
