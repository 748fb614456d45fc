import { setTimeout as pause } from "node:timers/promises";
import type { EventEnvelope } from "@parley/contracts";
import type { Logger } from "../log.ts";

/** How often an event is delivered, and how long the first pause between two deliveries is; each further one is four times as long. */
export type DeliveryLimits = { maxDeliveries: number; retryAfterMs: number };
export const deliveryLimits: DeliveryLimits = { maxDeliveries: 5, retryAfterMs: 250 };

/**
 * Hands an event to its handler until that succeeds or the deliveries are used up; the latter is logged.
 *
 * @param options.delivery which delivery of the event the first one here is, from 1
 * @param options.leaving aborted: no further delivery here
 * @param options.beforeRetry resolves with false when the event is no longer this member's to handle
 * @returns `done`: handled, or given up · `left`: for another member to handle · `gone`: what `beforeRetry` said
 */
export async function deliver(
  envelope: EventEnvelope,
  handle: (envelope: EventEnvelope) => Promise<void>,
  options: DeliveryLimits & {
    group: string;
    delivery: number;
    leaving: AbortSignal;
    logger: Logger;
    beforeRetry?: () => Promise<boolean>;
  },
): Promise<"done" | "left" | "gone"> {
  const { maxDeliveries, leaving } = options;
  const about = { group: options.group, eventId: envelope.id, type: envelope.event.type, tenantId: envelope.tenantId };
  let pauseMs = options.retryAfterMs;
  for (let delivery = options.delivery; ; delivery++) {
    if (delivery > maxDeliveries) {
      options.logger.error({ ...about, maxDeliveries }, "event given up");
      return "done";
    }
    try {
      await handle(envelope);
      return "done";
    } catch (err) {
      options.logger.warn({ ...about, delivery, err }, "event not handled");
    }
    if (delivery < maxDeliveries) {
      await pause(pauseMs, undefined, { signal: leaving }).catch(() => {}); // cut short by leaving
      pauseMs *= 4;
      if (leaving.aborted) return "left";
      if (options.beforeRetry && !(await options.beforeRetry())) return "gone";
    }
  }
}
