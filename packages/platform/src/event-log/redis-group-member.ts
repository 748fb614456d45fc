import { setTimeout as pause } from "node:timers/promises";
import type { EventEnvelope } from "@parley/contracts";
import type { Logger } from "../log.ts";
import { type DeliveryLimits, deliver } from "./deliver.ts";
import type { ConsumeOptions } from "./event-log.ts";
import { parseEntry } from "./parse-entry.ts";
import { isReply, type RedisConnection } from "./redis-connection.ts";
import { RedisGroup } from "./redis-group.ts";
import { type Entry, StreamTail } from "./stream-tail.ts";

export type GroupMemberOptions = ConsumeOptions &
  DeliveryLimits & {
    url: string;
    /** Shared with others, for commands that do not block. */
    commands: RedisConnection;
    keys: readonly string[];
    group: string;
    /** The id after which a group begins that does not exist yet. */
    beginning: () => Promise<string>;
    logger: Logger;
  };

type InHand = { key: string; id: string; work: Promise<void> };

/**
 * One member of a consumer group, over all partitions.
 *
 * Blocking reads tell only that there is something new (a `StreamTail` a partition, without the group); events are taken with
 * commands that do not block, never more than there are hands free. So an event is either in the stream, where every member can
 * get it, or being handled; and a member that leaves has nothing on a connection that it cuts.
 */
export class RedisGroupMember {
  readonly #options: GroupMemberOptions;
  readonly #handle: (envelope: EventEnvelope) => Promise<void>;
  readonly #group: RedisGroup;
  readonly #tails: StreamTail[] = [];
  /** By stream and entry. */
  readonly #inHand = new Map<string, InHand>();
  /** Partitions that may hold events nobody took yet. */
  readonly #toTake: Set<string>;
  /** Partitions that may hold events of members that died, and how far the search for them has come in each. */
  readonly #toClaim: Set<string>;
  readonly #searched = new Map<string, string>();
  readonly #leaving = new AbortController();
  #wake = () => {};
  #timers: NodeJS.Timeout[] = [];
  #taking: Promise<void> | undefined;

  constructor(options: GroupMemberOptions, handle: (envelope: EventEnvelope) => Promise<void>) {
    this.#options = options;
    this.#handle = handle;
    this.#group = new RedisGroup(options.commands, options.group, options.beginning);
    this.#toTake = new Set(options.keys);
    this.#toClaim = new Set(options.keys);
  }

  async start(): Promise<void> {
    const { keys, claimAfterMs } = this.#options;
    try {
      for (const key of keys) {
        await this.#group.checkCapability(key);
        await this.#watch(key);
      }
    } catch (error) {
      await Promise.all(this.#tails.map((tail) => tail.stop()));
      throw error;
    }
    const claimAll = () => {
      for (const key of keys) this.#due(this.#toClaim, key);
    };
    this.#timers = [
      setInterval(claimAll, claimAfterMs / 2),
      setInterval(() => void this.#keepClaims(), claimAfterMs / 3),
    ];
    this.#taking = this.#take();
  }

  get alive(): boolean {
    return this.#tails.every((tail) => tail.alive);
  }

  async stop(): Promise<void> {
    const { keys, logger, group } = this.#options;
    this.#leaving.abort();
    this.#wake();
    await Promise.all(this.#tails.map((tail) => tail.stop()));
    await this.#taking;
    await Promise.all([...this.#inHand.values()].map(({ work }) => work));
    for (const timer of this.#timers) clearInterval(timer);
    try {
      for (const key of keys) await this.#group.leave(key);
    } catch (err) {
      logger.debug({ err, group }, "group not left"); // a later member takes this one out
    }
  }

  async #watch(key: string): Promise<void> {
    const { url, logger } = this.#options;
    const tail = new StreamTail({ url, key, from: await this.#group.join(key), logger });
    this.#tails.push(tail);
    const onNews = () => this.#due(this.#toTake, key);
    await tail.start(onNews, onNews);
  }

  #due(set: Set<string>, key: string): void {
    set.add(key);
    this.#wake();
  }

  get #free(): number {
    return this.#options.concurrency - this.#inHand.size;
  }

  /** The partition that comes next, while a hand is free. */
  #next(): { key: string; due: Set<string> } | undefined {
    if (this.#free <= 0) return undefined;
    for (const due of [this.#toClaim, this.#toTake]) {
      for (const key of due) return { key, due };
    }
    return undefined;
  }

  /** The one place that takes events, so that between counting the free hands and filling them nothing else does. */
  async #take(): Promise<void> {
    const leaving = this.#leaving.signal;
    while (!leaving.aborted) {
      const next = this.#next();
      if (!next) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (leaving.aborted || this.#next()) resolve();
        });
        continue;
      }
      const { key, due } = next;
      due.delete(key);
      try {
        const isMore = due === this.#toTake ? await this.#takeNew(key) : await this.#takeOver(key);
        if (isMore) due.add(key); // at the end of the row: the other partitions come first
      } catch (err) {
        due.add(key);
        await this.#recover(key, err);
      }
    }
  }

  /** @returns whether there may be more */
  async #takeNew(key: string): Promise<boolean> {
    const free = this.#free;
    const entries = await this.#group.take(key, free);
    for (const entry of entries) this.#begin(key, entry, 1);
    return entries.length === free;
  }

  /** Takes what a member left that rejected it, or died. @returns whether there may be more */
  async #takeOver(key: string): Promise<boolean> {
    const from = this.#searched.get(key) ?? "0-0";
    const { claimed, next } = await this.#group.claim(key, this.#free, this.#options.claimAfterMs, from);
    this.#searched.set(key, next);
    for (const { entry, delivery } of claimed) this.#begin(key, entry, delivery);
    return next !== "0-0";
  }

  async #recover(key: string, err: unknown): Promise<void> {
    const { logger } = this.#options;
    try {
      if (isReply(err, "NOGROUP")) return await this.#group.ensure(key); // Redis was lost, and the group with it
    } catch {} // told by the next try to take
    logger.debug({ err, stream: key }, "events not taken");
    await pause(100, undefined, { signal: this.#leaving.signal }).catch(() => {}); // cut short by leaving
  }

  #begin(key: string, entry: Entry, delivery: number): void {
    const place = `${key} ${entry.id}`;
    if (this.#inHand.has(place)) return; // claimed from itself: this process stood still for longer than claims last
    const work = this.#work(key, entry, delivery)
      .catch((err) => {
        // It stays with this member until that is silent about it for long enough: then it is delivered again.
        this.#options.logger.warn({ err, stream: key }, "event not acknowledged");
      })
      .finally(() => {
        this.#inHand.delete(place);
        this.#wake();
      });
    this.#inHand.set(place, { key, id: entry.id, work });
  }

  async #work(key: string, entry: Entry, delivery: number): Promise<void> {
    const { id } = entry;
    const leaving = this.#leaving.signal;
    const envelope = parseEntry(entry, this.#options.logger);
    if (envelope && this.#options.types.some((type) => type === envelope.event.type)) {
      if (leaving.aborted) return await this.#group.release(key, id, delivery - 1); // it was not delivered after all
      const beforeRetry = () => this.#group.countDelivery(key, id);
      const result = await deliver(envelope, this.#handle, { ...this.#options, delivery, leaving, beforeRetry });
      if (result === "gone") return;
      if (result === "left") return await this.#group.release(key, id);
    }
    await this.#group.acknowledge(key, id);
  }

  /** What is in hand stays this member's, however long it takes. */
  async #keepClaims(): Promise<void> {
    for (const [key, inHand] of Map.groupBy(this.#inHand.values(), ({ key }) => key)) {
      try {
        await this.#group.keep(
          key,
          inHand.map(({ id }) => id),
        );
      } catch (err) {
        this.#options.logger.debug({ err, stream: key }, "claims not kept");
      }
    }
  }
}
