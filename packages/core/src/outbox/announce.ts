import type { StoredEvent } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { outbox } from "@parley/db/schema";
import { sql } from "drizzle-orm";

/** Stores the event beside what it tells of: both or neither. The relay carries it on once the transaction is committed. */
export async function announce(tx: TenantTransaction, event: StoredEvent): Promise<void> {
  await tx.insert(outbox).values({ event });
  tx.signal("outbox");
}

/** The same of many, in one statement. */
export async function announceAll(tx: TenantTransaction, events: readonly StoredEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.execute(sql`
    insert into outbox (event)
    select event from jsonb_array_elements(${JSON.stringify(events)}::jsonb) with ordinality as told (event, place) order by place
  `);
  tx.signal("outbox");
}
