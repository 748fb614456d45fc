import type { EventEnvelope } from "@parley/contracts";
import type { Logger } from "../log.ts";
import type { Subscription } from "./event-log.ts";

/** The subscriptions of one event log, so that it can stop them all. */
export class Subscriptions {
  readonly #running = new Set<Subscription>();

  /** @param isAlive asked until the subscription is stopped */
  add(stop: () => Promise<void>, isAlive: () => boolean = () => true): Subscription {
    const running = this.#running;
    let stopping: Promise<void> | undefined;
    const subscription = {
      get alive() {
        return stopping === undefined && isAlive();
      },
      stop() {
        running.delete(subscription);
        stopping ??= stop();
        return stopping;
      },
    };
    running.add(subscription);
    return subscription;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map((subscription) => subscription.stop()));
  }
}

/** Tells a follower of an event. That one of them fails, which it must not, is logged and keeps the event from nobody else. */
export function tell(onEvent: (envelope: EventEnvelope) => void, envelope: EventEnvelope, logger: Logger): void {
  try {
    onEvent(envelope);
  } catch (err) {
    logger.error({ err, eventId: envelope.id, type: envelope.event.type }, "follower failed");
  }
}
