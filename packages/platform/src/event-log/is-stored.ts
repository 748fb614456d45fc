import { type EventEnvelope, StoredEvent } from "@parley/contracts";

const storedTypes: ReadonlySet<string> = new Set(StoredEvent.options.map(({ shape }) => shape.type.value));

/** Whether the event is one that groups share out; passing events reach followers alone. */
export function isStored({ event }: EventEnvelope): boolean {
  return storedTypes.has(event.type);
}
