import type { ApiKeyId, ApiKeyScope } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { apiKeys } from "@parley/db/schema";
import { and, arrayContains, eq, gt, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/** The API key of a program that asks for a change. */
export type KeyActor = { apiKeyId: ApiKeyId; ip: string | null };

/**
 * Asks once more whether the key is good and has the scope, and holds off whatever would change the answer.
 *
 * @throws AppError `auth.forbidden`
 */
export async function checkKeyIsGood(tx: TenantTransaction, { apiKeyId }: KeyActor, scope: ApiKeyScope): Promise<void> {
  const { id, scopes, revokedAt, expiresAt } = apiKeys;
  const isGood = and(isNull(revokedAt), gt(expiresAt, sql`now()`), arrayContains(scopes, [scope]));
  const [good] = await tx
    .select({ id })
    .from(apiKeys)
    .where(and(eq(id, apiKeyId), isGood))
    .for("share");
  if (!good) throw new AppError("auth.forbidden");
}
