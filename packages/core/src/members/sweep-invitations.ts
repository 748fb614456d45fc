import type { Database } from "@parley/db";
import { invitations, tenants } from "@parley/db/schema";
import { lt, sql } from "drizzle-orm";

/** For so long the list shows what became of an invitation, once it could not be accepted any more. */
const keptDays = 30;

/**
 * Deletes invitations, and with them people's addresses, a month after they could have been accepted: tenant by tenant, since nobody
 * sees more than one. The audit log goes on telling of them.
 *
 * @returns how many are gone
 */
export async function sweepInvitations(db: Database, signal?: AbortSignal): Promise<number> {
  let gone = 0;
  const places = await db.read("system", (read) => read.select({ tenantId: tenants.tenantId }).from(tenants));
  for (const { tenantId } of places) {
    if (signal?.aborted) break;
    const rows = await db.transaction(tenantId, (tx) =>
      tx
        .delete(invitations)
        .where(lt(invitations.expiresAt, sql`now() - make_interval(days => ${keptDays})`))
        .returning({ id: invitations.id }),
    );
    gone += rows.length;
  }
  return gone;
}
