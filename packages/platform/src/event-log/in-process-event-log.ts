import type { EventEnvelope } from "@parley/contracts";
import type { Logger } from "../log.ts";
import { type DeliveryLimits, deliver, deliveryLimits } from "./deliver.ts";
import { type ConsumeOptions, type EventLog, EventLogError } from "./event-log.ts";
import { isStored } from "./is-stored.ts";
import { Subscriptions, tell } from "./subscriptions.ts";

/** Events that a group keeps while none of its members takes them; older ones are dropped, as Redis's streams are trimmed. */
const keptPerGroup = 20_000;

type Handle = (envelope: EventEnvelope) => Promise<void>;
type Waiting = { envelope: EventEnvelope; delivery: number };

/** An event log within one process: no history, and what it holds ends with the process. */
export function createInProcessEventLog(options: { logger: Logger } & Partial<DeliveryLimits>): EventLog {
  const { logger } = options;
  const limits = { ...deliveryLimits, ...options };
  const followers = new Set<(envelope: EventEnvelope) => void>();
  const groups = new Map<string, Group>();
  const subscriptions = new Subscriptions();
  let closed = false;
  const refuseWhenClosed = () => {
    if (closed) throw new EventLogError("The event log is closed.");
  };

  return {
    async publish(envelopes) {
      refuseWhenClosed();
      // Later, but in order: nobody's code runs within the publisher's.
      queueMicrotask(() => {
        for (const envelope of envelopes) {
          for (const follower of followers) tell(follower, envelope, logger);
        }
        for (const group of groups.values()) group.add(envelopes.filter(isStored));
      });
    },

    async follow(onEvent) {
      refuseWhenClosed();
      const follower = (envelope: EventEnvelope) => onEvent(envelope); // its own, should one function follow twice
      followers.add(follower);
      return subscriptions.add(async () => void followers.delete(follower));
    },

    async consume(name, consumeOptions, handle) {
      refuseWhenClosed();
      const group = groups.get(name) ?? new Group(name, limits, logger);
      groups.set(name, group);
      return subscriptions.add(group.join(consumeOptions, handle));
    },

    async ping() {
      refuseWhenClosed();
    },

    async close() {
      closed = true;
      await subscriptions.stopAll();
    },
  };
}

type Member = { options: ConsumeOptions; handle: Handle; running: Set<Promise<void>>; leaving: AbortController };

/** A group of consumers: each event goes to one of them that has a hand free. */
class Group {
  readonly #name: string;
  readonly #limits: DeliveryLimits;
  readonly #logger: Logger;
  readonly #members: Member[] = [];
  #waiting: Waiting[] = [];

  constructor(name: string, limits: DeliveryLimits, logger: Logger) {
    this.#name = name;
    this.#limits = limits;
    this.#logger = logger;
  }

  add(envelopes: readonly EventEnvelope[]): void {
    this.#waiting.push(...envelopes.map((envelope) => ({ envelope, delivery: 1 })));
    if (this.#waiting.length > keptPerGroup) this.#waiting = this.#waiting.slice(-keptPerGroup);
    this.#share();
  }

  /** @returns how to leave */
  join(options: ConsumeOptions, handle: Handle): () => Promise<void> {
    const member: Member = { options, handle, running: new Set(), leaving: new AbortController() };
    this.#members.push(member);
    this.#share();
    return async () => {
      this.#members.splice(this.#members.indexOf(member), 1);
      member.leaving.abort();
      await Promise.all(member.running);
    };
  }

  #share(): void {
    for (;;) {
      const member = this.#members.find(({ options, running }) => running.size < options.concurrency);
      const next = member && this.#waiting.shift();
      if (!next) return;
      if (!member.options.types.some((type) => type === next.envelope.event.type)) continue;
      // To the end of the row, so that the members take turns.
      this.#members.push(...this.#members.splice(this.#members.indexOf(member), 1));
      const work = this.#handle(member, next).finally(() => {
        member.running.delete(work);
        this.#share();
      });
      member.running.add(work);
    }
  }

  async #handle(member: Member, { envelope, delivery }: Waiting): Promise<void> {
    let delivered = delivery - 1;
    const counted: Handle = (event) => {
      delivered++;
      return member.handle(event);
    };
    const result = await deliver(envelope, counted, {
      ...this.#limits,
      group: this.#name,
      delivery,
      leaving: member.leaving.signal,
      logger: this.#logger,
    });
    if (result === "left") this.#waiting.unshift({ envelope, delivery: delivered + 1 });
  }
}
