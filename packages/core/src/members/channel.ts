import { MemberId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { may } from "../tenants/permissions.ts";

/** A membership as one word. */
export const membershipKey = ({ tenantId, memberId }: { tenantId: TenantId; memberId: MemberId }): string =>
  `${tenantId} ${memberId}`;

/** Which of the memberships let somebody listen on a socket: not those that have ended. */
export async function findListeners(db: Database, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const pairs = keys.map((key) => key.split(" "));
  const tenantIds = pairs.map(([tenantId]) => TenantId.parse(tenantId));
  const memberIds = pairs.map(([, memberId]) => MemberId.parse(memberId));
  const asked = sql`unnest(${sql.param(tenantIds)}::uuid[], ${sql.param(memberIds)}::uuid[]) asked (tenant_id, id)`;
  const rows = await db.read("system", (read) =>
    read
      .select({ tenantId: members.tenantId, memberId: members.id, role: members.role })
      .from(members)
      .innerJoin(asked, and(eq(members.tenantId, sql`asked.tenant_id`), eq(members.id, sql`asked.id`)))
      .where(isNull(members.removedAt)),
  );
  return new Set(rows.filter(({ role }) => may(role, "realtime.listen")).map(membershipKey));
}
