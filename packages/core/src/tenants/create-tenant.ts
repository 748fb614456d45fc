import { randomUUID } from "node:crypto";
import { type MemberId, TenantId, type UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members, tenants } from "@parley/db/schema";

/** Makes a tenant with its owner. @throws when the slug is taken */
export async function createTenant(
  db: Database,
  tenant: {
    slug: string;
    name: string;
    owner: { userId: UserId; name: string };
  },
): Promise<{ tenantId: TenantId; memberId: MemberId }> {
  const tenantId = TenantId.parse(randomUUID());
  return db.transaction(tenantId, async (tx) => {
    await tx.insert(tenants).values({ slug: tenant.slug, name: tenant.name });
    const [member] = await tx
      .insert(members)
      .values({ ...tenant.owner, role: "owner" })
      .returning({ id: members.id });
    if (!member) throw new Error("an insert returned no row");
    return { tenantId, memberId: member.id };
  });
}
