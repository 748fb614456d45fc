import type { AccountEvent, AccountEventType } from "@parley/auth";
import type { MemberId, TenantId } from "@parley/contracts";
import { type Database, prepare } from "@parley/db";
import { sql } from "drizzle-orm";
import { recordAlone } from "./record-alone.ts";
import type { AuditRecord } from "./record-audit.ts";

/** Whoever did these has not proven to be the account's owner. */
const byAnybody: readonly AccountEventType[] = [
  "user.sign_in_failed",
  "factor.asked",
  "user.locked",
  "password.failed",
  "password.reset_requested",
  "factor.failed",
];
/** Whoever runs the installation did these. */
const byOperator: readonly AccountEventType[] = ["factor.reset"];

/** `seq` as the driver gives a bigint. */
type Place = { tenantId: TenantId; memberId: MemberId; seq: string | null; hash: string | null; at: Date };

/** Where the user is a member, and where the log of each of these tenants ends. */
const places = prepare<Place, "userId">(
  "read",
  sql`select m.tenant_id as "tenantId", m.id as "memberId", h.seq, h.hash,
    date_trunc('milliseconds', clock_timestamp()) as at
  from members m left join audit_heads h on h.tenant_id = m.tenant_id
  where m.user_id = ${sql.placeholder("userId")} and m.removed_at is null`,
);

/**
 * Writes what happened to an account, which belongs to no tenant by itself, into the log of each tenant that its user belongs to.
 * Where nobody has the account, no tenant has an entry.
 */
export async function recordAccountEvent(
  db: Database,
  { type, userId, ip }: Pick<AccountEvent, "type" | "userId" | "ip">,
): Promise<void> {
  if (!userId) return;
  for (const { tenantId, memberId, seq, hash, at } of await db.run("system", places, { userId })) {
    const head = seq === null || hash === null ? undefined : { seq: Number(seq), hash, at };
    await recordAlone(
      db,
      { tenantId, head },
      {
        action: type,
        actor: actorOf(type, memberId),
        target: { kind: "member", id: memberId },
        ip,
      },
    );
  }
}

function actorOf(type: AccountEventType, memberId: string): AuditRecord["actor"] {
  if (byAnybody.includes(type)) return { kind: "unknown", id: null };
  if (byOperator.includes(type)) return { kind: "operator", id: null };
  return { kind: "member", id: memberId };
}
