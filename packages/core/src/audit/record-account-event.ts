import type { AuditAction, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { recordAudit } from "./record-audit.ts";

type AccountAction = Extract<
  AuditAction,
  `${"user" | "password" | "email" | "account" | "factor" | "session"}.${string}`
>;

/** What happened to an account, which belongs to no tenant by itself. */
export type AccountEvent = {
  type: AccountAction;
  /** Absent when nobody has such an account: then no tenant has an entry. */
  userId?: UserId | undefined;
  ip: string | null;
};

/** Whoever failed has not proven to be the account's owner. */
const byAnybody: readonly AccountAction[] = [
  "user.sign_in_failed",
  "user.locked",
  "factor.failed",
  "password.reset_requested",
];

/** Writes an account's event into the log of each tenant that its user belongs to. */
export async function recordAccountEvent(db: Database, { type, userId, ip }: AccountEvent): Promise<void> {
  if (!userId) return;
  const places = await db.read("system", (read) =>
    read.select({ tenantId: members.tenantId, memberId: members.id }).from(members).where(eq(members.userId, userId)),
  );
  for (const { tenantId, memberId } of places) {
    await db.transaction(tenantId, (tx) =>
      recordAudit(tx, {
        action: type,
        actor: byAnybody.includes(type) ? { kind: "unknown", id: null } : { kind: "member", id: memberId },
        target: { kind: "member", id: memberId },
        ip,
      }),
    );
  }
}
