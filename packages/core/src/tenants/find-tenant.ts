import type { TenantId, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { asc, eq } from "drizzle-orm";

/** The tenant that is called so on the command line. */
export async function findTenantBySlug(db: Database, slug: string): Promise<TenantId | undefined> {
  const [row] = await db.read("system", (read) =>
    read.select({ tenantId: tenants.tenantId }).from(tenants).where(eq(tenants.slug, slug)),
  );
  return row?.tenantId;
}

/** All tenants of the installation, for whoever runs it. */
export function listTenants(db: Database): Promise<{ tenantId: TenantId; slug: string }[]> {
  const { tenantId, slug } = tenants;
  return db.read("system", (read) => read.select({ tenantId, slug }).from(tenants).orderBy(asc(slug)));
}

/** Where the user is a member, in a steady order. Read anew at every request, so that a removal takes effect at once. */
export function listMemberships(db: Database, userId: UserId) {
  const { tenantId, id, name, role } = members;
  return db.read("system", (read) =>
    read
      .select({ tenantId, memberId: id, name, role })
      .from(members)
      .where(eq(members.userId, userId))
      .orderBy(asc(tenantId)),
  );
}
