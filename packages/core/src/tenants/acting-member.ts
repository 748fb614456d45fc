import type { MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { may, type Permission } from "./permissions.ts";

export type MemberRow = typeof members.$inferSelect;

/** Who asks for a change. Their role is read within the transaction: it may have changed since the request began. */
export type Actor = { memberId: MemberId; ip: string | null };

/** Holds off every other change of the tenant's members until the transaction ends, so that no two owners leave at once. */
export async function lockMembers(tx: TenantTransaction): Promise<void> {
  const [tenant] = await tx.select({ id: tenants.tenantId }).from(tenants).for("no key update");
  if (!tenant) throw new AppError("tenant.not_found");
}

/** The actor as they are now. @throws AppError `auth.forbidden` when they are no member any more */
export async function getActor(tx: TenantTransaction, { memberId }: Actor): Promise<MemberRow> {
  const [row] = await tx
    .select()
    .from(members)
    .where(and(eq(members.id, memberId), isNull(members.removedAt)));
  if (!row) throw new AppError("auth.forbidden");
  return row;
}

/** Asks once more whether the actor may, and holds off whatever would change the answer. @throws AppError `auth.forbidden` */
export async function checkStillMay(tx: TenantTransaction, actor: Actor, permission: Permission): Promise<void> {
  await lockMembers(tx);
  const { role } = await getActor(tx, actor);
  if (!may(role, permission)) throw new AppError("auth.forbidden");
}
