import type { TenantTransaction } from "@parley/db";
import { apiKeys } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { checkStillMay } from "../tenants/acting-member.ts";
import type { RotateApiKey } from "./api-key.ts";
import { insertApiKey, type Maker } from "./create-api-key.ts";

/**
 * Makes a key that takes another one's place, with its name and scopes; the old one is good for `overlapHours` more, and no longer
 * than it would have been.
 *
 * @returns the new key, shown once
 * @throws AppError `api_key.not_found`, `api_key.not_in_use` for one that is replaced, revoked or expired, and as `createApiKey`
 */
export async function rotateApiKey(
  tx: TenantTransaction,
  by: Maker,
  { id, newId, overlapHours, lifetimeDays }: RotateApiKey,
): Promise<{ key: string }> {
  await checkStillMay(tx, by, "api_keys.manage");
  const [old] = await tx
    .select({
      name: apiKeys.name,
      scopes: apiKeys.scopes,
      isInUse: sql<boolean>`${apiKeys.revokedAt} is null and ${apiKeys.replacedBy} is null and ${apiKeys.expiresAt} > now()`,
    })
    .from(apiKeys)
    .where(eq(apiKeys.id, id))
    .for("update");
  if (!old) throw new AppError("api_key.not_found");
  if (!old.isInUse) throw new AppError("api_key.not_in_use");
  const key = await insertApiKey(tx, by, { id: newId, name: old.name, scopes: old.scopes, lifetimeDays });
  await tx
    .update(apiKeys)
    .set({
      replacedBy: newId,
      expiresAt: sql`least(${apiKeys.expiresAt}, now() + make_interval(hours => ${overlapHours}))`,
    })
    .where(eq(apiKeys.id, id));
  await recordAudit(tx, {
    action: "api_key.rotated",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "api_key", id },
    ip: by.ip,
    details: { newId, overlapHours, lifetimeDays },
  });
  return { key };
}
