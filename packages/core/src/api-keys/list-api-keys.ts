import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { apiKeys, members } from "@parley/db/schema";
import { and, desc, eq, getTableColumns } from "drizzle-orm";
import { type ApiKey, toApiKey } from "./api-key.ts";

/** The tenant's keys, the newest first, those that open nothing any more as well; 500 at most. */
export async function listApiKeys(db: Database, tenantId: TenantId): Promise<ApiKey[]> {
  const { keySha256: _, ...columns } = getTableColumns(apiKeys);
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ key: columns, createdByName: members.name })
      .from(apiKeys)
      .leftJoin(members, and(eq(members.tenantId, apiKeys.tenantId), eq(members.id, apiKeys.createdBy)))
      .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
      .limit(500),
  );
  return rows.map(({ key, createdByName }) => toApiKey(key, createdByName));
}
