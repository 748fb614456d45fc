import type { ApiKeyId, MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { apiKeys } from "@parley/db/schema";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";

/**
 * Makes a key open nothing, from the next request on, since every request looks its key up. A second time changes nothing.
 *
 * @throws AppError `auth.forbidden`, `api_key.not_found`
 */
export async function revokeApiKey(tx: TenantTransaction, by: Actor, id: ApiKeyId): Promise<void> {
  await checkStillMay(tx, by, "api_keys.manage");
  const [revoked] = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  if (!revoked) {
    const [known] = await tx.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.id, id));
    if (!known) throw new AppError("api_key.not_found");
    return;
  }
  await recordRevoked(tx, by, id);
}

/** Revokes what the member made and has seen, within a change of the members: nobody goes on by a key that they kept. */
export async function revokeApiKeysOf(tx: TenantTransaction, by: Actor, memberId: MemberId): Promise<void> {
  const revoked = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.createdBy, memberId), isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, sql`now()`)))
    .returning({ id: apiKeys.id });
  for (const { id } of revoked) await recordRevoked(tx, by, id);
}

const recordRevoked = (tx: TenantTransaction, { memberId, ip }: Actor, id: ApiKeyId) =>
  recordAudit(tx, {
    action: "api_key.revoked",
    actor: { kind: "member", id: memberId },
    target: { kind: "api_key", id },
    ip,
  });
