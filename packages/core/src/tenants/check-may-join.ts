import { memberLimits, type UserId } from "@parley/contracts";
import { asRole, type TenantTransaction } from "@parley/db";
import { members } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/**
 * Asks whether the user may belong to one tenant more, and until the transaction ends lets nobody else ask for the same user: of many
 * who come at once no more get in than there is room for.
 *
 * @throws AppError `tenant.too_many`
 */
export async function checkMayJoin(tx: TenantTransaction, userId: UserId): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`parley/tenants of ${userId}`}, 0))`);
  // Across tenants, which only `system` sees.
  const tenants = await asRole("system", tx, (inner) =>
    inner.$count(members, and(eq(members.userId, userId), isNull(members.removedAt))),
  );
  if (tenants >= memberLimits.tenantsOfUser) throw new AppError("tenant.too_many");
}
