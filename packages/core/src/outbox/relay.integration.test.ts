import { randomUUID } from "node:crypto";
import { DocumentId, type EventEnvelope, type StoredEvent, TenantId } from "@parley/contracts";
import { type Database, openDatabase } from "@parley/db";
import { outbox, tenants } from "@parley/db/schema";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { announce } from "./announce.ts";
import { createRelay, type Relay, type RelayOptions } from "./relay.ts";

// A database of its own: a relay carries on what every tenant announced, and other tests look at what nobody carried on yet.
let database: TestDatabase;
let db: Database;
let eventLog: EventLog;
let delivered: EventEnvelope[];
let lines: string[];
let relays: Relay[];
/** Publishing that waits for the test; see `gated`. */
let gates: (() => void)[];
const logger = createLogger({ level: "info", format: "json" }, { write: (line) => void lines.push(line) });

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

beforeEach(async () => {
  eventLog = createInProcessEventLog({ logger });
  delivered = [];
  lines = [];
  relays = [];
  gates = [];
  await eventLog.follow((envelope) => void delivered.push(envelope));
});
afterEach(async () => {
  const stopping = relays.map((relay) => relay.stop());
  for (const open of gates) open();
  await Promise.all(stopping);
  await eventLog.close();
  await db.transaction("system", (tx) => tx.delete(outbox));
});

/** A relay that polls so rarely that within a test it relays only when it is kicked. */
function startRelay(options: Partial<RelayOptions> = {}): Relay {
  const relay = createRelay({ db, eventLog, logger, pollMs: 3_600_000, ...options });
  relays.push(relay);
  relay.start();
  return relay;
}

async function newTenant(): Promise<TenantId> {
  const tenantId = TenantId.parse(randomUUID());
  await db.transaction(tenantId, (tx) => tx.insert(tenants).values({ slug: tenantId, name: "A tenant" }));
  return tenantId;
}

const newEvent = (): StoredEvent => ({ type: "document.changed", documentId: DocumentId.parse(randomUUID()) });

/** Announces one event in a transaction of its own. */
async function tell(tenantId: TenantId, event = newEvent()): Promise<StoredEvent> {
  await db.transaction(tenantId, (tx) => announce(tx, event));
  return event;
}

const eventsOf = (tenantId: TenantId) =>
  delivered.filter((given) => given.tenantId === tenantId).map(({ event }) => event);
const waiting = () => db.read("system", (read) => read.select().from(outbox));

/** An event log that takes note of what it is asked to publish and, before each time, does as the test says. */
function watched(before: () => Promise<void>) {
  const published: EventEnvelope[][] = [];
  const log: EventLog = {
    ...eventLog,
    async publish(envelopes) {
      published.push([...envelopes]);
      await before();
      await eventLog.publish(envelopes);
    },
  };
  return { log, published };
}

/** An event log that publishes when the test opens the next gate. */
const gated = () => watched(() => new Promise((resolve) => gates.push(resolve)));

test("what was announced is published as soon as it is committed, in order, and then is gone from the outbox", async () => {
  startRelay();
  const tenantId = await newTenant();

  const told = [await tell(tenantId), await tell(tenantId), await tell(tenantId)];

  await expect.poll(() => eventsOf(tenantId)).toEqual(told);
  await expect.poll(waiting).toEqual([]);
});

test("what was announced in a transaction that is rolled back is never published", async () => {
  startRelay();
  const tenantId = await newTenant();

  const undone = db.transaction(tenantId, async (tx) => {
    await announce(tx, newEvent());
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  const told = await tell(tenantId);

  await expect.poll(() => eventsOf(tenantId)).toEqual([told]);
});

test("an event names its tenant, and no tenant can announce in another's name", async () => {
  startRelay();
  const [ours, theirs] = [await newTenant(), await newTenant()];

  const forged = db.transaction(ours, (tx) => tx.insert(outbox).values({ tenantId: theirs, event: newEvent() }));
  await expect(forged).rejects.toThrow();
  const [told, toldThere] = [await tell(ours), await tell(theirs)];

  await expect.poll(() => eventsOf(ours)).toEqual([told]);
  await expect.poll(() => eventsOf(theirs)).toEqual([toldThere]);
});

test("what a process left behind is published when a relay starts, however much it is", async () => {
  const tenantId = await newTenant();
  const told = Array.from({ length: 25 }, newEvent);
  for (const event of told) await tell(tenantId, event);

  startRelay({ pageSize: 10 });

  await expect.poll(() => eventsOf(tenantId)).toEqual(told);
  await expect.poll(waiting).toEqual([]);
});

test("what another process left behind is found by polling", async () => {
  startRelay({ pollMs: 20 });
  const tenantId = await newTenant();
  const event = newEvent();

  await db.transaction(tenantId, (tx) => tx.insert(outbox).values({ event })); // without the signal, which stays within a process

  await expect.poll(() => eventsOf(tenantId)).toEqual([event]);
});

test("a crash between publishing and deleting publishes the event again, with the same id", async () => {
  const tenantId = await newTenant();
  const told = await tell(tenantId);
  const crashing: Database = {
    ...db,
    write: () => Promise.reject(new Error("killed")),
  };

  startRelay({ db: crashing });
  await expect.poll(() => eventsOf(tenantId)).toEqual([told]);
  startRelay();

  await expect.poll(() => eventsOf(tenantId)).toEqual([told, told]);
  const [first, second] = delivered;
  expect(second?.id).toBe(first?.id);
  await expect.poll(waiting).toEqual([]);
});

test("two relays at once may publish an event twice, but no event for the first time after a later one", async () => {
  const other = openDatabase({ connection: database.connection });
  let turn = 0;
  /** One of them waits for others longer than the other does, and then the other way round. */
  const slowly = async () => {
    for (let left = (++turn * 7) % 20; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
  };
  startRelay({ db, eventLog: watched(slowly).log, pageSize: 7 });
  startRelay({ db: other, eventLog: watched(slowly).log, pageSize: 5, pollMs: 3 });
  const all = await Promise.all([newTenant(), newTenant(), newTenant()]);

  const told = await Promise.all(
    all.map(async (tenantId) => {
      const events: StoredEvent[] = [];
      for (let count = 0; count < 25; count++) events.push(await tell(tenantId));
      return events;
    }),
  );

  const first = (tenantId: TenantId) => {
    const ids = new Set<string>();
    const envelopes = delivered.filter((given) => given.tenantId === tenantId);
    return envelopes.filter(({ id }) => !ids.has(id) && ids.add(id)).map(({ event }) => event);
  };
  await expect.poll(() => all.map((tenantId) => first(tenantId).length)).toEqual([25, 25, 25]);
  expect(all.map(first)).toEqual(told);
  await expect.poll(waiting).toEqual([]);
  for (const relay of relays) await relay.stop();
  await other.close();
});

test("any number of kicks while it publishes makes it look once more, and take all that came meanwhile", async () => {
  const tenantId = await newTenant();
  const { log, published } = gated();
  const first = await tell(tenantId);
  startRelay({ eventLog: log });
  await expect.poll(() => gates.length).toBe(1);

  const meanwhile: StoredEvent[] = [];
  for (let count = 0; count < 10; count++) meanwhile.push(await tell(tenantId));
  gates[0]?.();
  await expect.poll(() => gates.length).toBe(2);
  gates[1]?.();

  await expect.poll(waiting).toEqual([]);
  expect(published.map((page) => page.map(({ event }) => event))).toEqual([[first], meanwhile]);
});

test("an event log that fails loses nothing, keeps the order, and is said once to have failed", async () => {
  const tenantId = await newTenant();
  let failures = 3;
  const { log, published } = watched(async () => {
    if (failures-- > 0) throw new Error("out of reach");
  });
  startRelay({ eventLog: log, pollMs: 20 });

  const told = [await tell(tenantId), await tell(tenantId)];

  await expect.poll(() => eventsOf(tenantId)).toEqual(told);
  expect(published.length).toBeGreaterThan(3);
  await expect
    .poll(() => lines.map((line) => JSON.parse(line).msg))
    .toEqual(["the outbox could not be relayed", "the outbox is relayed again"]);
});

test("stop waits for what is being published, and leaves the rest in the outbox", async () => {
  const tenantId = await newTenant();
  const told = [await tell(tenantId), await tell(tenantId)];
  const relay = startRelay({ eventLog: gated().log, pageSize: 1 });
  await expect.poll(() => gates.length).toBe(1);

  let stopped = false;
  const stopping = relay.stop().then(() => {
    stopped = true;
  });
  await tell(tenantId);
  expect(stopped).toBe(false);
  gates[0]?.();
  await stopping;

  expect(eventsOf(tenantId)).toEqual([told[0]]);
  expect((await waiting()).length).toBe(2);
});

test("an event of a kind that only a newer release knows is carried on as it is", async () => {
  startRelay();
  const tenantId = await newTenant();
  const newer = { type: "moon.landed", crew: [{ name: "Ada" }] } as unknown as StoredEvent;

  await tell(tenantId, newer);
  const told = await tell(tenantId);

  await expect.poll(() => eventsOf(tenantId)).toEqual([newer, told]);
});
