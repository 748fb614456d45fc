import { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { auditHeads, tenants } from "@parley/db/schema";
import { asc, eq, sql } from "drizzle-orm";

/** Whose log it is; `slug` is null when the tenant is not there any more: the log outlives it. */
export type AuditLog = { tenantId: TenantId; slug: string | null };

/** The logs of all tenants, of those as well that are gone. */
export function listLogs(db: Database): Promise<AuditLog[]> {
  const tenantId = sql`coalesce(${tenants.tenantId}, ${auditHeads.tenantId})`.mapWith(TenantId.parse);
  return db.read("system", (read) =>
    read
      .select({ tenantId, slug: tenants.slug })
      .from(tenants)
      .fullJoin(auditHeads, eq(auditHeads.tenantId, tenants.tenantId))
      .orderBy(asc(tenants.slug), asc(tenantId)),
  );
}
