import type { EventEnvelope, StoredEvent } from "@parley/contracts";

/**
 * Carries events between the processes: at least once, in order within a tenant. It is a carrier, not a store; PostgreSQL is the
 * truth, and losing the whole log loses nothing that was acknowledged (core/outbox and the sweep of core/assistant see to that).
 */
export interface EventLog {
  /** Appends the events in this order; resolves when the log has them. @throws EventLogError when the log can't be reached */
  publish(envelopes: readonly EventEnvelope[]): Promise<void>;

  /**
   * Every event, to every follower: what a process that serves sockets needs. A log that keeps history begins with the last
   * minute's events, so that an answer that is being written right now is known whole. `onEvent` must not throw.
   *
   * @param onGap called when events may have passed unseen: the log was out of reach for a while and may have lost what it held.
   * What comes after it is seen again; what came before has to be read from the database.
   */
  follow(onEvent: (envelope: EventEnvelope) => void, onGap?: () => void): Promise<Subscription>;

  /**
   * Each stored event to one member of the group. It is acknowledged when `handle` resolves; when it rejects, or its process
   * dies, the event is delivered again, perhaps to another member, until `maxDeliveries`; then it is logged and given up.
   */
  consume(
    group: string,
    options: ConsumeOptions,
    handle: (envelope: EventEnvelope) => Promise<void>,
  ): Promise<Subscription>;

  /** @throws EventLogError when the log can't be reached */
  ping(): Promise<void>;

  /** Stops every subscription as `stop` does, then lets go of the log. */
  close(): Promise<void>;
}

export type ConsumeOptions = {
  /**
   * Only events of these types reach `handle`; the others count as handled. A release that wants others chooses another name for
   * the group, since members of the older release would take them away. Passing events reach followers alone.
   */
  types: readonly StoredEvent["type"][];
  /** How many events are handled at a time. */
  concurrency: number;
  /** How long an event may be in the hands of a member that says nothing of itself, before another one gets it. */
  claimAfterMs: number;
};

export type Subscription = {
  /** False while events can't arrive, because the log is out of reach. */
  readonly alive: boolean;
  /** Takes no more; resolves when what is being handled is done. */
  stop(): Promise<void>;
};

/** The log can't do what was asked: it can't be reached, or its server lacks what is needed. The message says which. */
export class EventLogError extends Error {
  override readonly name = "EventLogError";
}
