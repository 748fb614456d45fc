import type { MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { tenants } from "@parley/db/schema";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";

type Actor = { memberId: MemberId; ip: string | null };
type Change = { name: string } | { requireSecondFactor: boolean };

/** Changes what the tenant is called, or what it asks of its members. What is so already changes nothing. */
export async function changeTenant(tx: TenantTransaction, { memberId, ip }: Actor, change: Change): Promise<void> {
  const [tenant] = await tx.select().from(tenants).for("no key update");
  if (!tenant) throw new AppError("tenant.not_found");
  const same =
    "name" in change ? tenant.name === change.name : tenant.requireSecondFactor === change.requireSecondFactor;
  if (same) return;
  await tx.update(tenants).set(change);
  await recordAudit(tx, {
    action: "workspace.changed",
    actor: { kind: "member", id: memberId },
    target: { kind: "workspace", id: tenant.tenantId },
    ip,
    details: "name" in change ? { changed: "name" } : { ...change },
  });
}
