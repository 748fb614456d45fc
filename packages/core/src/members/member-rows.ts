import type { MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { members } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import type { MemberRow } from "../tenants/acting-member.ts";

/** @throws AppError `member.not_found`, also for somebody who was removed */
export async function getMember(tx: TenantTransaction, id: MemberId): Promise<MemberRow> {
  const [row] = await tx
    .select()
    .from(members)
    .where(and(eq(members.id, id), isNull(members.removedAt)));
  if (!row) throw new AppError("member.not_found");
  return row;
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
