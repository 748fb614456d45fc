import type { InboxId, TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { inboxes } from "@parley/db/schema";
import { makePublishableKey } from "./publishable-key.ts";

/** Adds an inbox. Nobody may use it before its list names the origins of the company's pages. */
export async function createInbox(
  tx: TenantTransaction,
  tenantId: TenantId,
  inbox: {
    name: string;
    assistantName: string;
    greeting: string;
    allowedOrigins: string[];
  },
): Promise<{ id: InboxId; publishableKey: string }> {
  const publishableKey = makePublishableKey(tenantId);
  const [row] = await tx
    .insert(inboxes)
    .values({ ...inbox, publishableKey })
    .returning({ id: inboxes.id });
  if (!row) throw new Error("an insert returned no row");
  return { id: row.id, publishableKey };
}
