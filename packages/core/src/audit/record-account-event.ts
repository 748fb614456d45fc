import type { AccountEvent, AccountEventType } from "@parley/auth";
import type { Database } from "@parley/db";
import { members } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { type AuditRecord, recordAudit } from "./record-audit.ts";

/** Whoever did these has not proven to be the account's owner. */
const byAnybody: readonly AccountEventType[] = [
  "user.sign_in_failed",
  "user.locked",
  "password.reset_requested",
  "factor.failed",
];
/** Whoever runs the installation did these. */
const byOperator: readonly AccountEventType[] = ["factor.reset"];

/**
 * Writes what happened to an account, which belongs to no tenant by itself, into the log of each tenant that its user belongs to.
 * Where nobody has the account, no tenant has an entry.
 */
export async function recordAccountEvent(
  db: Database,
  { type, userId, ip }: Pick<AccountEvent, "type" | "userId" | "ip">,
): Promise<void> {
  if (!userId) return;
  const places = await db.read("system", (read) =>
    read
      .select({ tenantId: members.tenantId, memberId: members.id })
      .from(members)
      .where(and(eq(members.userId, userId), isNull(members.removedAt))),
  );
  for (const { tenantId, memberId } of places) {
    await db.transaction(tenantId, (tx) =>
      recordAudit(tx, {
        action: type,
        actor: actorOf(type, memberId),
        target: { kind: "member", id: memberId },
        ip,
      }),
    );
  }
}

function actorOf(type: AccountEventType, memberId: string): AuditRecord["actor"] {
  if (byAnybody.includes(type)) return { kind: "unknown", id: null };
  if (byOperator.includes(type)) return { kind: "operator", id: null };
  return { kind: "member", id: memberId };
}
