import type { EventEnvelope } from "@parley/contracts";
import type { Logger } from "../log.ts";
import { type DeliveryLimits, deliveryLimits } from "./deliver.ts";
import type { EventLog } from "./event-log.ts";
import { isStored } from "./is-stored.ts";
import { field, parseEntry } from "./parse-entry.ts";
import { partitionOf, type Streams, streamsOf } from "./partition.ts";
import { type RedisClient, RedisConnection } from "./redis-connection.ts";
import { RedisGroupMember } from "./redis-group-member.ts";
import { type Entry, StreamTail } from "./stream-tail.ts";
import { Subscriptions, tell } from "./subscriptions.ts";

/** How far back a follower and a new group begin. */
const historyMs = 60_000;
/** Entries that a stream keeps, roughly. */
const trim = { TRIM: { strategy: "MAXLEN", strategyModifier: "~", threshold: 20_000 } } as const;

export type RedisEventLogOptions = Partial<DeliveryLimits> & {
  /** `redis://` or, with TLS, `rediss://` */
  url: string;
  logger: Logger;
  /** Streams that the tenants' events are spread over; the same for every process. */
  partitions?: number;
  /** What the keys begin with; the same for every process. */
  prefix?: string;
};

/** The event log that processes share: Redis Streams. @throws EventLogError when Redis can't be reached, or refuses the password */
export async function createRedisEventLog(options: RedisEventLogOptions): Promise<EventLog> {
  const { url, logger, partitions = 4, prefix = "parley" } = options;
  const streams = Array.from({ length: partitions }, (_, partition) => streamsOf(partition, prefix));
  const commands = new RedisConnection(url, logger);
  const subscriptions = new Subscriptions();

  /** The id of a minute ago, by Redis's clock. */
  const aMinuteAgo = async () => {
    const [seconds] = await commands.run((client) => client.time());
    return `${Number(seconds) * 1_000 - historyMs}-0`;
  };

  const ping = async () => {
    await commands.run((client) => client.ping());
  };

  try {
    await ping();
  } catch (error) {
    commands.close();
    throw error;
  }
  return {
    async publish(envelopes) {
      const byPartition = Map.groupBy(envelopes, ({ tenantId }) => partitionOf(tenantId, partitions));
      await Promise.all(
        [...byPartition].map(([partition, its]) =>
          commands.run((client) => append(client, streamsOf(partition, prefix), its)),
        ),
      );
    },

    async follow(onEvent, onGap = () => {}) {
      const from = await aMinuteAgo();
      const tails = streams.map(({ events }) => new StreamTail({ url, key: events, from, logger }));
      const onEntries = (entries: Entry[]) => {
        for (const entry of entries) {
          const envelope = parseEntry(entry, logger);
          if (envelope) tell(onEvent, envelope, logger);
        }
      };
      const stop = async () => {
        await Promise.all(tails.map((tail) => tail.stop()));
      };
      try {
        await Promise.all(tails.map((tail) => tail.start(onEntries, onGap)));
      } catch (error) {
        await stop();
        throw error;
      }
      return subscriptions.add(stop, () => tails.every((tail) => tail.alive));
    },

    async consume(group, consumeOptions, handle) {
      const member = new RedisGroupMember(
        {
          ...deliveryLimits,
          ...options,
          ...consumeOptions,
          commands,
          group,
          keys: streams.map(({ stored }) => stored),
          beginning: aMinuteAgo,
        },
        handle,
      );
      await member.start();
      return subscriptions.add(
        () => member.stop(),
        () => member.alive,
      );
    },

    ping,

    async close() {
      await subscriptions.stopAll();
      commands.close();
    },
  };
}

/** All of them or none, so that whoever appends them again after a failure does not change their order. */
async function append(
  client: RedisClient,
  { events, stored }: Streams,
  envelopes: readonly EventEnvelope[],
): Promise<void> {
  const entries = envelopes.flatMap((envelope) => {
    const entry = { [field]: JSON.stringify(envelope) };
    return (isStored(envelope) ? [events, stored] : [events]).map((key) => ({ key, entry }));
  });
  const [only, ...others] = entries;
  if (only && others.length === 0) {
    await client.xAdd(only.key, "*", only.entry, trim);
    return;
  }
  const transaction = client.multi();
  for (const { key, entry } of entries) transaction.xAdd(key, "*", entry, trim);
  await transaction.exec();
}
