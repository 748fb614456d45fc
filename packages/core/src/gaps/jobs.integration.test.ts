import { ConversationId, type Event, MessageId, type TenantId, type Vote } from "@parley/contracts";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createJobQueue } from "../jobs/job-queue.ts";
import { createJobs } from "../knowledge/jobs.ts";
import { createWordEmbedder } from "../testing/library.ts";
import { createWorld, type World } from "../testing/world.ts";
import { workOnGaps } from "./jobs.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const logger = createLogger({ level: "silent", format: "json" });

/** Orders of the tenant's that wait. */
async function waiting(tenantId: TenantId): Promise<number> {
  const { rows } = await world.db.executeSql("system")(
    "select 1 from pgboss.job where name = 'collectGaps' and state < 'active' and data->>'tenantId' = $1",
    [tenantId],
  );
  return rows.length;
}

test("however often a tenant's gaps are to be put together, one job of it waits, also where an earlier release let them pile up", async () => {
  const earlier = createJobQueue({ db: world.db, logger, embedded: false });
  earlier.define("collectGaps", { retryLimit: 4 });
  await earlier.start();
  await earlier.stop();

  const jobs = createJobs({ db: world.db, logger, embedded: false });
  await jobs.start();
  const [one, other] = [await world.tenant(), await world.tenant()];
  for (const { tenantId } of [one, one, other, one]) {
    await world.db.transaction(tenantId, (tx) => jobs.send(tx, "collectGaps", { tenantId }));
  }
  expect([await waiting(one.tenantId), await waiting(other.tenantId)]).toEqual([1, 1]);
  await jobs.stop();
});

test("a vote has the gaps put together when it says that an answer did not help, or takes that back", async () => {
  const eventLog = createInProcessEventLog({ logger });
  const [pleased, left] = [(await world.tenant()).tenantId, (await world.tenant()).tenantId];
  const ordered: TenantId[] = [];
  const jobs = {
    queue: { handle: async () => {} } as never,
    send: async (_tx: unknown, _name: string, order: { tenantId: TenantId }) => void ordered.push(order.tenantId),
  };
  const gaps = await workOnGaps(jobs, { db: world.db, embedder: createWordEmbedder(), eventLog });
  const conversationId = ConversationId.parse(world.messageId());
  const vote = (tenantId: TenantId, before: Vote | null, after: Vote | null) => {
    const messageId = MessageId.parse(world.messageId());
    const event: Event = { type: "message.voted", conversationId, messageId, vote: after, before };
    return { id: messageId, tenantId, event };
  };
  // One after the other: when the last one has been seen, so have the first ones.
  await eventLog.publish([vote(pleased, null, "up"), vote(pleased, "up", null)]);
  await eventLog.publish([vote(left, "up", "down"), vote(left, "down", null), vote(left, "down", "up")]);
  await expect.poll(() => ordered.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
  expect(ordered).toEqual([left, left, left]);
  await gaps.stop();
  await eventLog.close();
});
