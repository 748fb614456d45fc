import type { TenantId, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { and, asc, eq, inArray, isNull } from "drizzle-orm";

/** The tenant that is called so on the command line. */
export async function findTenantBySlug(db: Database, slug: string): Promise<TenantId | undefined> {
  const [row] = await db.read("system", (read) =>
    read.select({ tenantId: tenants.tenantId }).from(tenants).where(eq(tenants.slug, slug)),
  );
  return row?.tenantId;
}

/** A tenant by the name that the command line has for it. */
export type NamedTenant = { tenantId: TenantId; slug: string };

export async function listTenants(db: Database): Promise<NamedTenant[]> {
  return db.read("system", (read) =>
    read.select({ tenantId: tenants.tenantId, slug: tenants.slug }).from(tenants).orderBy(asc(tenants.slug)),
  );
}

/** A user's place in one tenant, and what the tenant is called there. */
export type Membership = Awaited<ReturnType<typeof listMemberships>>[number];

/** Where the user is a member, in a steady order. Read anew at every request, so that a removal takes effect at once. */
export function listMemberships(db: Database, userId: UserId) {
  const { tenantId, id, name, role } = members;
  const { name: tenantName, requireSecondFactor } = tenants;
  return db.read("system", (read) =>
    read
      .select({ tenantId, tenantName, memberId: id, name, role, requireSecondFactor })
      .from(members)
      .innerJoin(tenants, eq(tenants.tenantId, members.tenantId))
      .where(and(eq(members.userId, userId), isNull(members.removedAt)))
      .orderBy(asc(tenantId)),
  );
}

/** Which of the tenants are content with a password: in the others nobody can do anything without a second factor. */
export async function findWithoutFactorRule(db: Database, tenantIds: readonly TenantId[]): Promise<Set<TenantId>> {
  if (tenantIds.length === 0) return new Set();
  const rows = await db.read("system", (read) =>
    read
      .select({ tenantId: tenants.tenantId })
      .from(tenants)
      .where(and(inArray(tenants.tenantId, [...tenantIds]), eq(tenants.requireSecondFactor, false))),
  );
  return new Set(rows.map(({ tenantId }) => tenantId));
}

/** Whether the tenant asks its members for a second factor: without one they can do nothing there. */
export const needsSecondFactor = ({ requireSecondFactor }: Membership): boolean => requireSecondFactor;
