import type { ApiKeyId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { apiKeys } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Actor } from "./create-api-key.ts";

/**
 * Makes a key open nothing, from the next request on, since every request looks its key up. A second time changes nothing.
 *
 * @throws AppError `api_key.not_found`
 */
export async function revokeApiKey(tx: TenantTransaction, by: Actor, id: ApiKeyId): Promise<void> {
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
  await recordAudit(tx, {
    action: "api_key.revoked",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "api_key", id },
    ip: by.ip,
  });
}
