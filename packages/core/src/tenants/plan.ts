import type { Plan, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { tenants } from "@parley/db/schema";

const keptMs = 60_000;
const keptTenants = 10_000;

/** Tells a tenant's plan, which may have changed a minute ago: limits go by it, not rights. */
export function createPlans(db: Database): (tenantId: TenantId) => Promise<Plan> {
  const known = new Map<TenantId, { plan: Plan; until: number }>();
  return async (tenantId) => {
    const kept = known.get(tenantId);
    if (kept && Date.now() < kept.until) return kept.plan;
    const [row] = await db.read(tenantId, (read) => read.select({ plan: tenants.plan }).from(tenants));
    const plan = row?.plan ?? "standard";
    if (known.size >= keptTenants) known.clear();
    known.set(tenantId, { plan, until: Date.now() + keptMs });
    return plan;
  };
}
