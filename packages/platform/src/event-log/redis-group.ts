import { randomUUID } from "node:crypto";
import { EventLogError } from "./event-log.ts";
import { isReply, type RedisConnection } from "./redis-connection.ts";
import type { Entry } from "./stream-tail.ts";

/** What a released event's idle time is set to: any member may claim it at once. */
const releasedIdleMs = 24 * 3_600_000;
/** A consumer that has nothing and was not heard of for so long belonged to a process that died. */
const forgottenAfterMs = 3_600_000;

/** A consumer group as one of its members sees it: Redis's commands, on any of the partitions' streams. */
export class RedisGroup {
  readonly #commands: RedisConnection;
  readonly #group: string;
  readonly #member = randomUUID();
  readonly #beginning: () => Promise<string>;

  /** @param beginning the id after which a group begins that does not exist yet */
  constructor(commands: RedisConnection, group: string, beginning: () => Promise<string>) {
    this.#commands = commands;
    this.#group = group;
    this.#beginning = beginning;
  }

  /** @throws EventLogError when this Redis is too old to take events over from a dead member */
  async checkCapability(key: string): Promise<void> {
    const noSuchGroup = this.#member;
    try {
      await this.#commands.run((client) => client.xAutoClaim(key, noSuchGroup, this.#member, 0, "0-0"));
    } catch (error) {
      if (isReply(error, "NOGROUP")) return;
      if (!isReply(error, "ERR")) throw error;
      const message = "This Redis can't share out events: it lacks XAUTOCLAIM. Redis >= 7.4 or Valkey can.";
      throw new EventLogError(message, { cause: error });
    }
  }

  /** Makes the group and its stream where they are missing, and takes out members that died long ago. @returns the stream's last id */
  async join(key: string): Promise<string> {
    await this.ensure(key);
    for (const { name, pending, idle } of await this.#commands.run((client) =>
      client.xInfoConsumers(key, this.#group),
    )) {
      if (pending > 0 || idle < forgottenAfterMs) continue;
      await this.#commands.run((client) => client.xGroupDelConsumer(key, this.#group, name));
    }
    const stream = await this.#commands.run((client) => client.xInfoStream(key));
    return String(stream["last-generated-id"]);
  }

  async ensure(key: string): Promise<void> {
    const from = await this.#beginning();
    try {
      await this.#commands.run((client) => client.xGroupCreate(key, this.#group, from, { MKSTREAM: true }));
    } catch (error) {
      if (!isReply(error, "BUSYGROUP")) throw error; // it exists
    }
  }

  /** Up to `count` events that no member had yet. */
  async take(key: string, count: number): Promise<Entry[]> {
    const streams = await this.#commands.run((client) =>
      client.xReadGroup(this.#group, this.#member, { key, id: ">" }, { COUNT: count }),
    );
    return (streams?.[0]?.messages ?? []) as Entry[];
  }

  /**
   * Up to `count` events whose member was silent about them for `idleMs`, each with the number of its delivery.
   *
   * @param from where the search goes on; `0-0` is the beginning
   */
  async claim(key: string, count: number, idleMs: number, from: string) {
    const { nextId, messages } = await this.#commands.run((client) =>
      client.xAutoClaim(key, this.#group, this.#member, idleMs, from, { COUNT: count }),
    );
    const claimed: { entry: Entry; delivery: number }[] = [];
    for (const entry of messages as (Entry | null)[]) {
      if (!entry) continue; // trimmed from the stream meanwhile
      const [pending] = await this.#commands.run((client) =>
        client.xPendingRange(key, this.#group, entry.id, entry.id, 1),
      );
      claimed.push({ entry, delivery: pending?.deliveriesCounter ?? 1 });
    }
    return { claimed, next: String(nextId) };
  }

  /** Says of these events that they are still in this member's hands. */
  async keep(key: string, ids: string[]): Promise<void> {
    await this.#commands.run((client) => client.xClaimJustId(key, this.#group, this.#member, 0, ids));
  }

  /** Counts a further delivery of an event to this member. False when it is no longer pending: another member handled it. */
  async countDelivery(key: string, id: string): Promise<boolean> {
    const entries = await this.#commands.run((client) => client.xClaim(key, this.#group, this.#member, 0, id));
    return entries.length > 0;
  }

  async acknowledge(key: string, id: string): Promise<void> {
    await this.#commands.run((client) => client.xAck(key, this.#group, id));
  }

  /** Leaves an event to any member. @param deliveries how many it counts, where not those that Redis counted */
  async release(key: string, id: string, deliveries?: number): Promise<void> {
    const options = { IDLE: releasedIdleMs, ...(deliveries !== undefined && { RETRYCOUNT: deliveries }) };
    await this.#commands.run((client) => client.xClaimJustId(key, this.#group, this.#member, 0, id, options));
  }

  /** Takes this member out of the group, unless something that it released is still in its name. */
  async leave(key: string): Promise<void> {
    const consumer = this.#member;
    const pending = await this.#commands.run((client) =>
      client.xPendingRange(key, this.#group, "-", "+", 1, { consumer }),
    );
    if (pending.length > 0) return;
    await this.#commands.run((client) => client.xGroupDelConsumer(key, this.#group, consumer));
  }
}
