import { openDatabase } from "@parley/db";
import { createTestDatabase } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { expect, test } from "vitest";
import * as z from "zod";
import { createWorld } from "../testing/world.ts";
import { createJobQueue } from "./job-queue.ts";

test("[T8] a job that waits for its time lets nobody in before those that wait for their turn", async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ connection: database.connection, max: 4 });
  const world = await createWorld(db);
  const queue = createJobQueue({ db, logger: createLogger({ level: "silent", format: "json" }), embedded: true });
  try {
    queue.define("count", { retryLimit: 0 });
    await queue.start();
    const order: string[] = [];
    const tenantOf = async (name: string) => {
      const { tenantId } = await world.tenant();
      const send = (delaySeconds?: number) =>
        db.transaction(tenantId, (tx) =>
          queue.send(tx, "count", { name }, { inTurnOf: tenantId, ...(delaySeconds && { delaySeconds }) }),
        );
      return { tenantId, send };
    };
    const [many, late, few] = [await tenantOf("many"), await tenantOf("late"), await tenantOf("few")];
    for (let index = 0; index < 10; index += 1) await many.send();
    await late.send(600);
    // Five rounds later somebody comes who had nothing to do until then.
    await db.executeSql("system")("delete from pgboss.job where priority > -5 and start_after <= now()");
    for (let index = 0; index < 3; index += 1) await few.send();
    await late.send();
    await queue.handle({
      name: "count",
      schema: z.object({ name: z.string() }),
      pollingIntervalSeconds: 3_600,
      describe: () => ({}),
      work: async ({ name }) => void order.push(name),
      batchSize: 1,
    });
    await expect.poll(() => order, { timeout: 20_000 }).toHaveLength(9);
    expect(order).toEqual(["many", "few", "many", "few", "late", "many", "few", "many", "many"]);
    await db.transaction(late.tenantId, (tx) => queue.hurry(tx, "count", late.tenantId, { except: "refused" }));
    await expect.poll(() => order.at(9), { timeout: 20_000 }).toBe("late");
  } finally {
    await queue.stop();
    await db.close();
    await database.drop();
  }
});
