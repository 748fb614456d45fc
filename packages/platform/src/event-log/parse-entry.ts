import { EventEnvelope } from "@parley/contracts";
import type { Logger } from "../log.ts";
import type { Entry } from "./stream-tail.ts";

/** The one field of an entry. */
export const field = "e";

/** The event of a stream's entry; undefined when a newer release than this one wrote something that this one does not know. */
export function parseEntry({ id, message }: Entry, logger: Logger): EventEnvelope | undefined {
  try {
    return EventEnvelope.parse(JSON.parse(message[field] ?? ""));
  } catch (err) {
    logger.debug({ err, entryId: id }, "event ignored");
    return undefined;
  }
}
