import { randomUUID } from "node:crypto";
import { type EventEnvelope, TenantId } from "@parley/contracts";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "../log.ts";
import { createRedisEventLog } from "./redis-event-log.ts";

const url = String(process.env.REDIS_URL);
const prefix = `test-${randomUUID()}`;
const partitions = 3;
const lines: string[] = [];
const logger = createLogger({ level: "debug", format: "json" }, { write: (line) => void lines.push(line) });
const redis = createClient({ url });
beforeAll(async () => {
  await redis.connect();
});
afterAll(async () => {
  const keys = await redis.keys(`${prefix}*`);
  if (keys.length > 0) await redis.del(keys);
  redis.destroy();
});

const event = { type: "document.changed", documentId: randomUUID() } as EventEnvelope["event"];
const forged = ["*", "a:b", "{p0}:events", "x\r\nFLUSHALL\r\n", "../..", "", `${randomUUID()}:*`];

test("[T8 + control] the event log's keys are made of nothing that a tenant or a client chose", async () => {
  const eventLog = await createRedisEventLog({ url, logger, prefix, partitions });
  const received: EventEnvelope[] = [];
  await eventLog.follow((envelope) => void received.push(envelope));
  const good = Array.from({ length: 20 }, () => TenantId.parse(randomUUID()));
  for (const tenantId of [...(forged as TenantId[]), ...good]) {
    await eventLog.publish([{ id: randomUUID(), tenantId, event }]);
  }
  await expect.poll(() => received.length).toBe(good.length);

  const possible = Array.from({ length: partitions }, (_, partition) =>
    ["events", "stored"].map((kind) => `${prefix}:{p${partition}}:${kind}`),
  ).flat();
  const keys = await redis.keys(`${prefix}*`);
  expect(keys.length).toBeGreaterThan(2);
  expect(possible).toEqual(expect.arrayContaining(keys));
  // Whoever follows is told of events of tenants alone: what names none is dropped.
  expect(received.map(({ tenantId }) => tenantId).sort()).toEqual([...good].sort());
  await eventLog.close();
});
