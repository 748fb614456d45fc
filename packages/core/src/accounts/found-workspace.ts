import { type MemberId, memberLimits, type TenantId, type UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { listMemberships } from "../tenants/find-tenant.ts";
import { makeWorkspace } from "./make-workspace.ts";

type Founding = { tenantId: TenantId; name: string; owner: { userId: UserId; name: string } };

/**
 * Makes one more workspace for somebody with an account, who owns it. The client chooses the id: a retry returns what is there.
 *
 * @throws AppError `tenant.too_many`; `tenant.id_taken` when the id names another one
 */
export async function foundWorkspace(
  db: Database,
  founding: Founding,
): Promise<{ tenantId: TenantId; memberId: MemberId }> {
  const known = await findFounded(db, founding);
  if (known) return known;
  const memberships = await listMemberships(db, founding.owner.userId);
  if (memberships.length >= memberLimits.tenantsOfUser) throw new AppError("tenant.too_many");
  await makeWorkspace(db, founding);
  // Or somebody else's, who chose the same id a moment ago.
  const made = await findFounded(db, founding);
  if (!made) throw new Error("a workspace was made and is not there");
  return made;
}

async function findFounded(db: Database, { tenantId, owner }: Founding) {
  const isOwner = and(
    eq(members.tenantId, tenants.tenantId),
    eq(members.userId, owner.userId),
    isNull(members.removedAt),
  );
  const [place] = await db.read(tenantId, (read) =>
    read.select({ memberId: members.id }).from(tenants).leftJoin(members, isOwner),
  );
  if (!place) return undefined;
  if (!place.memberId) throw new AppError("tenant.id_taken");
  return { tenantId, memberId: place.memberId };
}
