import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { apiKeys, members } from "@parley/db/schema";
import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { type ApiKey, toApiKey } from "./api-key.ts";

/**
 * The tenant's keys: those that open something, then those that do no more; the newest first, 500 at most. There are fewer good ones, so
 * none of them is hidden by however many were made and revoked after it.
 */
export async function listApiKeys(db: Database, tenantId: TenantId): Promise<ApiKey[]> {
  const { keySha256: _, ...columns } = getTableColumns(apiKeys);
  const isGood = sql`(${apiKeys.revokedAt} is null and ${apiKeys.expiresAt} > now())`;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ key: columns, createdByName: members.name })
      .from(apiKeys)
      .leftJoin(members, and(eq(members.tenantId, apiKeys.tenantId), eq(members.id, apiKeys.createdBy)))
      .orderBy(desc(isGood), desc(apiKeys.createdAt), desc(apiKeys.id))
      .limit(500),
  );
  return rows.map(({ key, createdByName }) => toApiKey(key, createdByName));
}
