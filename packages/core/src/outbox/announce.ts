import type { StoredEvent } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { outbox } from "@parley/db/schema";

/** Stores the event beside what it tells of: both or neither. The relay carries it on once the transaction is committed. */
export async function announce(tx: TenantTransaction, event: StoredEvent): Promise<void> {
  await tx.insert(outbox).values({ event });
  tx.signal("outbox");
}
