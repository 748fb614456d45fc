import type { MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";

export type MemberRow = typeof members.$inferSelect;

/** Who asks for a change. Their role is read within the transaction: it may have changed since the request began. */
export type Actor = { memberId: MemberId; ip: string | null };

/** Holds off every other change of the tenant's members until the transaction ends, so that no two owners leave at once. */
export async function lockMembers(tx: TenantTransaction): Promise<void> {
  const [tenant] = await tx.select({ id: tenants.tenantId }).from(tenants).for("no key update");
  if (!tenant) throw new AppError("tenant.not_found");
}

/** @throws AppError `member.not_found`, also for somebody who was removed */
export async function getMember(tx: TenantTransaction, id: MemberId): Promise<MemberRow> {
  const [row] = await tx
    .select()
    .from(members)
    .where(and(eq(members.id, id), isNull(members.removedAt)));
  if (!row) throw new AppError("member.not_found");
  return row;
}

/** The actor as they are now. @throws AppError `auth.forbidden` when they are no member any more */
export async function getActor(tx: TenantTransaction, { memberId }: Actor): Promise<MemberRow> {
  try {
    return await getMember(tx, memberId);
  } catch (error) {
    if (error instanceof AppError) throw new AppError("auth.forbidden", { cause: error });
    throw error;
  }
}

/** Within `lockMembers`. @throws AppError `member.last_owner` when the tenant would be left without an owner */
export async function keepAnOwner(tx: TenantTransaction, without: MemberRow): Promise<void> {
  if (without.role !== "owner") return;
  const owners = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.role, "owner"), isNull(members.removedAt)));
  if (owners.every(({ id }) => id === without.id)) throw new AppError("member.last_owner");
}
