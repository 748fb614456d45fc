import type { TenantTransaction } from "@parley/db";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";

/**
 * Holds off that the password is changed meanwhile: what it was asked for is done with the password that was compared, or not at all.
 *
 * @param hash that it was compared with
 * @throws `INVALID_PASSWORD` when it is another by now
 */
export async function lockPassword(
  tx: Pick<TenantTransaction, "execute">,
  { userId, hash }: { userId: string; hash: string },
): Promise<void> {
  const { rows } = await tx.execute(sql`
    select 1 from auth.account
    where user_id = ${userId} and provider_id = 'credential' and password = ${hash} for update`);
  if (rows.length === 0) throw accountError("INVALID_PASSWORD");
}
