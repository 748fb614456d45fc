import type { ApiKeyId, ApiKeyScope, Plan, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { apiKeys, tenants } from "@parley/db/schema";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { hashApiKey, tenantOfApiKey } from "./key-format.ts";

/** Whose key it is. One that `isGood` no longer opens nothing. */
export type KeyCaller = { tenantId: TenantId; apiKeyId: ApiKeyId; scopes: ApiKeyScope[]; plan: Plan; isGood: boolean };

/**
 * Looks a key up, in the tenant that it names, and notes that it was used. It is read anew at every request, so that a revoked key
 * opens nothing from then on; time is the database's.
 *
 * @param options.isUse false where the key will be refused whatever it is
 * @returns undefined when there never was such a key
 */
export async function openWithApiKey(db: Database, key: string, { isUse = true } = {}): Promise<KeyCaller | undefined> {
  const tenantId = tenantOfApiKey(key);
  if (!tenantId) return undefined;
  const isUnnoted = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`));
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        apiKeyId: apiKeys.id,
        scopes: apiKeys.scopes,
        plan: tenants.plan,
        isGood: sql<boolean>`${apiKeys.revokedAt} is null and ${apiKeys.expiresAt} > now()`,
        isUnnoted: sql<boolean>`${isUnnoted}`,
      })
      .from(apiKeys)
      .innerJoin(tenants, eq(tenants.tenantId, apiKeys.tenantId))
      .where(eq(apiKeys.keySha256, hashApiKey(key))),
  );
  if (!row) return undefined;
  const { apiKeyId, scopes, plan, isGood } = row;
  // Of those that come at once, one notes it.
  if (isGood && isUse && row.isUnnoted) {
    await db.transaction(tenantId, (tx) =>
      tx
        .update(apiKeys)
        .set({ lastUsedAt: sql`now()` })
        .where(and(eq(apiKeys.id, apiKeyId), isUnnoted)),
    );
  }
  return { tenantId, apiKeyId, scopes, plan, isGood };
}
