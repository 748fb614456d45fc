import { randomUUID } from "node:crypto";
import { ConversationId, type Event, type EventEnvelope, RunId, TenantId } from "@parley/contracts";
import { createClient } from "@redis/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "../log.ts";
import { startTcpProxy } from "../testing/tcp-proxy.ts";
import { type ConsumeOptions, type EventLog, EventLogError } from "./event-log.ts";
import { createInProcessEventLog } from "./in-process-event-log.ts";
import { partitionOf } from "./partition.ts";
import { createRedisEventLog, type RedisEventLogOptions } from "./redis-event-log.ts";

const url = process.env.REDIS_URL ?? "";
const limits = { maxDeliveries: 3, retryAfterMs: 10 };
const options: ConsumeOptions = { types: ["run.queued"], concurrency: 4, claimAfterMs: 1_000 };

/** Each test has streams of its own, and its logs are closed and its streams deleted after it. */
let prefix: string;
let lines: string[];
const cleanUps: (() => Promise<unknown>)[] = [];
const raw = createClient({ url });
const logger = createLogger({ level: "debug", format: "json" }, { write: (line) => void lines.push(line) });

beforeEach(async () => {
  prefix = `test:${randomUUID()}`;
  lines = [];
  if (!raw.isOpen) await raw.connect();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await loseStreams();
  await raw.close();
});

async function loseStreams(): Promise<void> {
  for await (const keys of raw.scanIterator({ MATCH: `${prefix}:*` })) if (keys.length > 0) await raw.del(keys);
}

async function redisLog(more: Partial<RedisEventLogOptions> = {}): Promise<EventLog> {
  const log = await createRedisEventLog({ url, logger, prefix, ...limits, ...more });
  cleanUps.push(() => log.close());
  return log;
}

async function inProcessLog(): Promise<EventLog> {
  const log = createInProcessEventLog({ logger, ...limits });
  cleanUps.push(() => log.close());
  return log;
}

const newTenant = () => TenantId.parse(randomUUID());
const tenant = newTenant();
const someIds = () => ({ runId: RunId.parse(randomUUID()), conversationId: ConversationId.parse(randomUUID()) });
const runQueued = (): Event => ({ type: "run.queued", ...someIds() });
const delta = (): Event => ({ type: "answer.delta", ...someIds(), ownershipEpoch: 1, offset: 0, text: "Hello" });
const envelope = (id: string, { tenantId = tenant, event = runQueued() } = {}): EventEnvelope => ({
  id,
  tenantId,
  event,
});
const numbered = (count: number, tenantId = tenant) =>
  Array.from({ length: count }, (_, index) => envelope(`${index + 1}`, { tenantId }));
const idsOf = (envelopes: readonly EventEnvelope[]) => envelopes.map(({ id }) => id);

/** A follower or a handler that remembers what it was given. */
function listener() {
  const seen: EventEnvelope[] = [];
  return {
    seen,
    ids: () => idsOf(seen),
    /** Without those of tenants that a test made besides `tenant`. */
    ours: () => idsOf(seen.filter(({ tenantId }) => tenantId === tenant)),
    onEvent: (given: EventEnvelope) => void seen.push(given),
    handle: async (given: EventEnvelope) => void seen.push(given),
  };
}

/** A handler that holds what it is given until the test lets it go on. */
function holder() {
  const held: { id: string; finish(): void; fail(): void }[] = [];
  const handle = ({ id }: EventEnvelope) =>
    new Promise<void>((resolve, reject) => {
      held.push({ id, finish: resolve, fail: () => reject(new Error("not now")) });
    });
  return { held, handle };
}

describe.each([
  { kind: "in process", open: inProcessLog },
  { kind: "Redis", open: redisLog },
])("the event log, $kind,", ({ open }) => {
  test("shows every follower every event, in order within a tenant", async () => {
    const log = await open();
    const [one, other] = [listener(), listener()];
    await log.follow(one.onEvent);
    await log.follow(other.onEvent);
    const tenants = Array.from({ length: 5 }, newTenant);

    const batches = tenants.map((tenantId) => numbered(40, tenantId));
    for (let from = 0; from < 40; from += 4) await log.publish(batches.flatMap((batch) => batch.slice(from, from + 4)));

    for (const { seen } of [one, other]) {
      await expect.poll(() => seen.length).toBe(200);
      for (const batch of batches) {
        expect(seen.filter(({ tenantId }) => tenantId === batch[0]?.tenantId)).toEqual(batch);
      }
    }
  });

  test("keeps passing events in order with stored ones, and shows them to followers alone", async () => {
    const log = await open();
    const [follower, member] = [listener(), listener()];
    await log.follow(follower.onEvent);
    await log.consume("group", options, member.handle);

    await log.publish([envelope("1"), envelope("2", { event: delta() })]);
    await log.publish([envelope("3", { event: delta() })]);
    await log.publish([envelope("4")]);

    await expect.poll(follower.ids).toEqual(["1", "2", "3", "4"]);
    await expect.poll(() => member.ids().toSorted()).toEqual(["1", "4"]);
  });

  test("goes on showing events to a follower that failed, and to the others", async () => {
    const log = await open();
    const [clumsy, careful] = [listener(), listener()];
    await log.follow((given) => {
      clumsy.onEvent(given);
      throw new Error("clumsy");
    });
    await log.follow(careful.onEvent);

    await log.publish(numbered(2));

    await expect.poll(clumsy.ids).toEqual(["1", "2"]);
    await expect.poll(careful.ids).toEqual(["1", "2"]);
    expect(lines.filter((line) => line.includes("follower failed"))).toHaveLength(2);
  });

  test("shows a follower that stopped nothing more", async () => {
    const log = await open();
    const [gone, there] = [listener(), listener()];
    const subscription = await log.follow(gone.onEvent);
    await log.follow(there.onEvent);
    expect(subscription.alive).toBe(true);

    await subscription.stop();
    await log.publish(numbered(1));

    await expect.poll(there.ids).toEqual(["1"]);
    expect(gone.seen).toEqual([]);
    expect(subscription.alive).toBe(false);
  });

  test("gives each event to one member of a group, and to every group", async () => {
    const log = await open();
    const [first, second, third, alone] = [listener(), listener(), listener(), listener()];
    for (const member of [first, second, third])
      await log.consume("shared", { ...options, concurrency: 1 }, member.handle);
    await log.consume("other", options, alone.handle);
    const tenants = Array.from({ length: 20 }, newTenant);
    const all = tenants.flatMap((tenantId, index) => envelope(`${index}`, { tenantId }));

    await log.publish(all);

    const shared = () => [first, second, third].flatMap(({ ids }) => ids());
    await expect.poll(() => shared().toSorted()).toEqual(idsOf(all).toSorted());
    await expect.poll(() => alone.ids().toSorted()).toEqual(idsOf(all).toSorted());
  });

  test("gives a member only the types that it asked for", async () => {
    const log = await open();
    const member = listener();
    await log.consume("group", { ...options, concurrency: 1 }, member.handle);
    const { conversationId } = someIds();
    const documentChanged = { type: "document.changed", documentId: conversationId } as unknown as Event;

    await log.publish([
      envelope("1", { event: documentChanged }),
      envelope("2"),
      envelope("3", { event: documentChanged }),
    ]);
    await log.publish([envelope("4")]);

    await expect.poll(member.ids).toEqual(["2", "4"]);
  });

  test("never has more events handled at a time than the member has hands", async () => {
    const log = await open();
    const { held, handle } = holder();
    await log.consume("group", { ...options, concurrency: 2 }, handle);
    const tenants = Array.from({ length: 8 }, newTenant);

    await log.publish(tenants.map((tenantId, index) => envelope(`${index}`, { tenantId })));

    for (let done = 0; done < 8; done++) {
      await expect.poll(() => held.length).toBe(Math.min(done + 2, 8));
      held[done]?.finish();
    }
  });

  test("delivers a rejected event again until it is handled, and once more to nobody", async () => {
    const log = await open();
    const member = listener();
    let refusals = 2;
    const subscription = await log.consume("group", options, async (given) => {
      member.onEvent(given);
      if (given.id === "1" && refusals-- > 0) throw new Error("not yet");
    });

    await log.publish([envelope("1")]);
    await expect.poll(member.ids).toEqual(["1", "1", "1"]);
    await log.publish([envelope("2")]);
    await expect.poll(member.ids).toEqual(["1", "1", "1", "2"]);

    await subscription.stop();
    const later = listener();
    await log.consume("group", options, later.handle);
    await log.publish([envelope("3")]);
    await expect.poll(later.ids).toEqual(["3"]);
  });

  test("gives an event up, and says so, when every delivery was rejected", async () => {
    const log = await open();
    const member = listener();
    await log.consume("group", { ...options, concurrency: 1 }, async (given) => {
      member.onEvent(given);
      if (given.id === "bad") throw new Error("never");
    });

    await log.publish([envelope("bad"), envelope("good")]);

    await expect.poll(member.ids).toEqual(["bad", "bad", "bad", "good"]);
    const given = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "event given up");
    expect(given).toEqual([
      expect.objectContaining({ level: "error", eventId: "bad", tenantId: tenant, group: "group" }),
    ]);
  });

  test("waits on stop for what is being handled, and leaves the rest to the other members", async () => {
    const log = await open();
    const { held, handle } = holder();
    const leaving = await log.consume("group", { ...options, concurrency: 1 }, handle);
    await log.publish(numbered(3));
    await expect.poll(() => held.length).toBe(1);

    let stopped = false;
    const stopping = leaving.stop().then(() => {
      stopped = true;
    });
    const other = listener();
    await log.consume("group", options, other.handle);
    await expect.poll(() => other.ids().toSorted()).toEqual(["2", "3"]);
    expect(stopped).toBe(false);

    held[0]?.finish();
    await stopping;
    expect(held).toHaveLength(1);
  });

  test("gives what a leaving member rejected to another one, without waiting for it to be missed", async () => {
    const log = await open();
    const { held, handle } = holder();
    const patient = { ...options, claimAfterMs: 60_000 };
    const leaving = await log.consume("group", patient, handle);
    await log.publish(numbered(1));
    await expect.poll(() => held.length).toBe(1);

    const stopping = leaving.stop();
    held[0]?.fail();
    await stopping;
    const other = listener();
    await log.consume("group", patient, other.handle);

    await expect.poll(other.ids).toEqual(["1"]);
  });

  test("stops everybody when it closes, and takes nothing more", async () => {
    const log = await open();
    const { held, handle } = holder();
    const subscription = await log.consume("group", options, handle);
    await log.publish(numbered(1));
    await expect.poll(() => held.length).toBe(1);

    const closing = log.close();
    held[0]?.finish();
    await closing;

    expect(subscription.alive).toBe(false);
    await expect(log.publish(numbered(1))).rejects.toThrow(EventLogError);
    await expect(log.ping()).rejects.toThrow(EventLogError);
  });
});

describe("the event log on Redis", () => {
  const key = (stream: "events" | "stored") => `${prefix}:{p${partitionOf(tenant, 4)}}:${stream}`;
  /** Events of so many tenants that every partition has some. */
  const everywhere = () => Array.from({ length: 40 }, (_, index) => envelope(`${index}`, { tenantId: newTenant() }));
  const pending = () => raw.xPendingRange(key("stored"), "group", "-", "+", 10);

  async function throughProxy() {
    const { hostname, port } = new URL(url);
    const proxy = await startTcpProxy({ host: hostname, port: Number(port || 6379) });
    cleanUps.push(() => proxy.stop());
    const proxied = new URL(url);
    proxied.host = `127.0.0.1:${proxy.port}`;
    return { proxy, log: await redisLog({ url: proxied.href }) };
  }

  test("gives what a dead member held to another one", async () => {
    const log = await redisLog();
    const first = await log.consume("group", options, async () => {});
    await first.stop();
    await log.publish(numbered(2));
    const taken = await raw.xReadGroup("group", "the dead", { key: key("stored"), id: ">" });
    expect(taken?.[0]?.messages).toHaveLength(2);

    const heir = listener();
    await log.consume("group", { ...options, claimAfterMs: 50 }, heir.handle);

    await expect.poll(heir.ids).toEqual(["1", "2"]);
    await expect.poll(pending).toEqual([]);
  });

  test("gives up an event that killed every member which had it, before it kills another", async () => {
    const log = await redisLog();
    const first = await log.consume("group", options, async () => {});
    await first.stop();
    await log.publish([envelope("deadly"), envelope("harmless")]);
    await raw.xReadGroup("group", "the dead", { key: key("stored"), id: ">" }, { COUNT: 1 });
    const [entry] = await pending();
    for (let death = 2; death <= limits.maxDeliveries; death++) {
      await raw.xClaim(key("stored"), "group", "the dead", 0, entry?.id ?? "");
    }

    const heir = listener();
    await log.consume("group", { ...options, claimAfterMs: 50 }, heir.handle);

    await expect.poll(pending).toEqual([]);
    await expect.poll(heir.ids).toEqual(["harmless"]);
    expect(lines.filter((line) => line.includes("event given up"))).toHaveLength(1);
  });

  test("leaves an event with its member however long that takes, as long as it lives", async () => {
    const log = await redisLog();
    const { held, handle } = holder();
    const quick = { ...options, claimAfterMs: 600 };
    await log.consume("group", quick, handle);
    await log.publish(numbered(1));
    await expect.poll(() => held.length).toBe(1);
    const [taken] = await pending();
    await log.consume("group", quick, handle);

    // Each time that the member says it is still at it, the event's idle time begins anew: 5 times take longer than a claim lasts.
    let [signs, idleMs] = [0, 0];
    await expect
      .poll(
        async () => {
          const [now] = await pending();
          if (now && now.millisecondsSinceLastDelivery < idleMs) signs++;
          idleMs = now?.millisecondsSinceLastDelivery ?? 0;
          return signs;
        },
        { interval: 20 },
      )
      .toBe(5);

    expect(await pending()).toEqual([expect.objectContaining({ consumer: taken?.consumer, deliveriesCounter: 1 })]);
    expect(held).toHaveLength(1);
    held[0]?.finish();
    await expect.poll(pending).toEqual([]);
  });

  test("goes on after Redis lost everything: what is published then reaches followers and members", async () => {
    const log = await redisLog();
    const [follower, member] = [listener(), listener()];
    await log.follow(follower.onEvent);
    await log.consume("group", options, member.handle);
    await log.publish([envelope("before")]);
    await expect.poll(member.ids).toEqual(["before"]);

    await loseStreams();
    await log.publish([envelope("after")]);

    await expect.poll(follower.ids).toEqual(["before", "after"]);
    await expect.poll(member.ids).toEqual(["before", "after"]);
  });

  test("catches up after its connections were cut: nothing is missing, and no gap is told of", async () => {
    const { proxy, log } = await throughProxy();
    const direct = await redisLog();
    const [follower, member] = [listener(), listener()];
    let gaps = 0;
    const following = await log.follow(follower.onEvent, () => gaps++);
    await log.consume("group", options, member.handle);
    await direct.publish([...everywhere(), envelope("1")]);
    await expect.poll(() => follower.seen.length).toBe(41);

    proxy.refuse();
    await expect.poll(() => following.alive).toBe(false);
    await expect(log.publish([envelope("lost")])).rejects.toThrow(EventLogError);
    await direct.publish([envelope("2"), envelope("3")]);
    proxy.heal();

    await expect.poll(() => follower.ours()).toEqual(["1", "2", "3"]);
    await expect.poll(() => member.seen.length).toBe(43);
    await expect.poll(() => following.alive).toBe(true);
    await log.publish([envelope("4")]);
    await expect.poll(() => follower.ours()).toEqual(["1", "2", "3", "4"]);
    expect(gaps).toBe(0);
  });

  test("tells of a gap when events came and went while it could not read", async () => {
    const { proxy, log } = await throughProxy();
    const direct = await redisLog();
    const follower = listener();
    const told: string[][] = [];
    const following = await log.follow(follower.onEvent, () => told.push(follower.ours()));
    await direct.publish([...everywhere(), envelope("before")]);
    await expect.poll(() => follower.seen.length).toBe(41);

    proxy.refuse();
    await expect.poll(() => following.alive).toBe(false);
    await direct.publish([envelope("missed")]);
    await raw.xTrim(key("events"), "MAXLEN", 0);
    proxy.heal();
    await expect.poll(() => told.length).toBe(1);
    await direct.publish([envelope("after")]);

    await expect.poll(() => follower.ours()).toEqual(["before", "after"]);
    expect(told).toEqual([["before"]]);
  });

  test("tells of a gap when another server answers than before", async () => {
    const { proxy, log } = await throughProxy();
    let gaps = 0;
    const following = await log.follow(
      () => {},
      () => gaps++,
    );
    await log.publish(everywhere());

    proxy.rewriteReplies((bytes) =>
      Buffer.from(bytes.toString("latin1").replace(/run_id:\w{8}/, "run_id:00000000"), "latin1"),
    );
    proxy.refuse();
    await expect.poll(() => following.alive).toBe(false);
    proxy.heal();

    await expect.poll(() => gaps).toBe(4);
  });

  test("fails a command that gets no reply, and mends the silent connection", async () => {
    const { proxy, log } = await throughProxy();
    await log.publish([envelope("1")]);

    proxy.fallSilent();
    await expect(log.publish([envelope("2")])).rejects.toThrow("did not reply");
    proxy.heal();

    await expect.poll(() => log.publish([envelope("3")]).then(() => "published", String)).toBe("published");
  });

  test("begins a follower with the events of the last minute, and no older ones", async () => {
    const log = await redisLog();
    const now = Number((await raw.time())[0]) * 1_000;
    const add = (id: string, ageMs: number) =>
      raw.xAdd(key("events"), `${now - ageMs}-0`, { e: JSON.stringify(envelope(id)) });
    await add("old", 70_000);
    await add("recent", 45_000);

    const follower = listener();
    await log.follow(follower.onEvent);
    await log.publish([envelope("new")]);

    await expect.poll(follower.ids).toEqual(["recent", "new"]);
  });

  test("begins a new group with the events of the last minute, so that the first member misses nothing", async () => {
    const log = await redisLog();
    await log.publish([envelope("early")]);

    const member = listener();
    await log.consume("group", options, member.handle);

    await expect.poll(member.ids).toEqual(["early"]);
  });

  test("ignores what it can't read, as a newer release may have written", async () => {
    const log = await redisLog();
    const [follower, member] = [listener(), listener()];
    await log.follow(follower.onEvent);
    await log.consume("group", { ...options, concurrency: 1 }, member.handle);
    const unknown = JSON.stringify({ id: "1", tenantId: tenant, event: { type: "moon.landed" } });

    for (const stream of ["events", "stored"] as const) {
      for (const text of [unknown, "{", ""]) await raw.xAdd(key(stream), "*", { e: text });
    }
    await log.publish([envelope("2")]);

    await expect.poll(follower.ids).toEqual(["2"]);
    await expect.poll(member.ids).toEqual(["2"]);
    await expect.poll(pending).toEqual([]);
  });

  test("keeps passing events out of what groups share, so that a flood of them pushes nothing out", async () => {
    const log = await redisLog();

    await log.publish([envelope("1", { event: delta() }), envelope("2"), envelope("3", { event: delta() })]);

    expect(await raw.xLen(key("events"))).toBe(3);
    expect(await raw.xLen(key("stored"))).toBe(1);
  });

  test("names no tenant in a key", async () => {
    const log = await redisLog();
    await log.consume("group", options, async () => {});
    await log.publish(everywhere());

    const keys = await raw.keys(`${prefix}:*`);

    const expected = [0, 1, 2, 3].flatMap((p) => [`${prefix}:{p${p}}:events`, `${prefix}:{p${p}}:stored`]);
    expect(keys.toSorted()).toEqual(expected);
  });

  test("takes a member's name out of the group when it leaves", async () => {
    const log = await redisLog();
    const subscription = await log.consume("group", options, async () => {});
    await log.publish(numbered(1));
    await expect.poll(async () => (await raw.xInfoConsumers(key("stored"), "group")).length).toBe(1);

    await subscription.stop();

    expect(await raw.xInfoConsumers(key("stored"), "group")).toEqual([]);
  });

  test("says at once that Redis can't be reached, or refuses the password, and does not tell the password", async () => {
    const { proxy } = await throughProxy();
    proxy.refuse();
    const unreachable = createRedisEventLog({ url: `redis://:hunter2@127.0.0.1:${proxy.port}`, logger });
    await expect(unreachable).rejects.toThrow(new RegExp(`^Redis can't be reached at 127.0.0.1:${proxy.port}: .`));

    const refused = new URL(url);
    refused.username = "nobody";
    refused.password = "hunter2";
    const error = await createRedisEventLog({ url: refused.href, logger }).catch((error) => error);
    expect(error).toBeInstanceOf(EventLogError);
    expect(error.message).toMatch(/WRONGPASS/);
    expect(`${error.message}${lines.join("")}`).not.toContain("hunter2");
  });
});
