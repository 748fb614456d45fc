import { randomBytes, randomUUID } from "node:crypto";
import { type MemberId, memberLimits, TenantId, type UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { listMemberships } from "./find-tenant.ts";

type Owner = { userId: UserId; name: string };

/**
 * Makes a tenant with its owner.
 *
 * @param tenant.ip where the user asked for it from, for the audit log; left out when the installation makes it of its own accord
 * @throws when the slug is taken
 */
export async function createTenant(
  db: Database,
  tenant: { id?: TenantId; slug: string; name: string; owner: Owner; ip?: string | null },
): Promise<{ tenantId: TenantId; memberId: MemberId }> {
  const tenantId = tenant.id ?? TenantId.parse(randomUUID());
  return db.transaction(tenantId, async (tx) => {
    await tx.insert(tenants).values({ slug: tenant.slug, name: tenant.name });
    const [member] = await tx
      .insert(members)
      .values({ ...tenant.owner, role: "owner" })
      .returning({ id: members.id });
    if (!member) throw new Error("an insert returned no row");
    if (tenant.ip !== undefined) {
      await recordAudit(tx, {
        action: "workspace.created",
        actor: { kind: "member", id: member.id },
        target: { kind: "workspace", id: tenantId },
        ip: tenant.ip,
      });
    }
    return { tenantId, memberId: member.id };
  });
}

/**
 * Makes a tenant for a user, who owns it. The client chooses the id: a retry returns what is there.
 *
 * @throws AppError `tenant.too_many`; `tenant.id_taken` when the id names another one
 */
export async function foundTenant(
  db: Database,
  tenant: { id: TenantId; name: string; owner: Owner; ip: string | null },
): Promise<{ tenantId: TenantId; memberId: MemberId }> {
  const known = await findFounded(db, tenant);
  if (known) return known;
  const memberships = await listMemberships(db, tenant.owner.userId);
  if (memberships.length >= memberLimits.tenantsOfUser) throw new AppError("tenant.too_many");
  try {
    return await createTenant(db, { ...tenant, slug: makeSlug(tenant.name) });
  } catch (error) {
    // The same request came twice at once, and the other one was first.
    const founded = await findFounded(db, tenant);
    if (founded) return founded;
    throw error;
  }
}

async function findFounded(db: Database, { id, owner }: { id: TenantId; owner: Owner }) {
  const [place] = await db.read(id, (read) =>
    read
      .select({ memberId: members.id })
      .from(tenants)
      .leftJoin(
        members,
        and(eq(members.tenantId, tenants.tenantId), eq(members.userId, owner.userId), isNull(members.removedAt)),
      ),
  );
  if (!place) return undefined;
  if (!place.memberId) throw new AppError("tenant.id_taken");
  return { tenantId: id, memberId: place.memberId };
}

/** A tenant's name for addresses and the command line. It ends at random, so that it tells nothing of who else is here. */
function makeSlug(name: string): string {
  const readable = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return `${readable || "workspace"}-${randomBytes(4).toString("hex")}`;
}
