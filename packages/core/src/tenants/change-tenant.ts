import type { TenantTransaction } from "@parley/db";
import { tenants } from "@parley/db/schema";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, checkStillMay } from "./acting-member.ts";

type Change = { name: string } | { requireSecondFactor: boolean };

/**
 * Changes what the tenant is called, or what it asks of its members. What is so already changes nothing.
 *
 * @throws AppError `auth.forbidden`
 */
export async function changeTenant(tx: TenantTransaction, by: Actor, change: Change): Promise<void> {
  await checkStillMay(tx, by, "name" in change ? "workspace.rename" : "workspace.secure");
  const [tenant] = await tx.select().from(tenants);
  if (!tenant) throw new AppError("tenant.not_found");
  const same =
    "name" in change ? tenant.name === change.name : tenant.requireSecondFactor === change.requireSecondFactor;
  if (same) return;
  await tx.update(tenants).set(change);
  await recordAudit(tx, {
    action: "workspace.changed",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "workspace", id: tenant.tenantId },
    ip: by.ip,
    details: "name" in change ? { changed: "name" } : { ...change },
  });
}
